"""`mendloop try`: the whole loop on the user's own repository and log, on the local cloud.

The repository is only ever read: its commits are copied into a bare repository of our own, and that is where the loop
reads, drafts and publishes. `inputs` checks and understands what was given before anything is started; `world` makes
the stand-in for production from it; `run` is the way from cold start to the end.
"""
