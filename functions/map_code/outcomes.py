"""Why something led to no code, in words. None of them holds production text."""

from mendloop.contracts.mapping import Outcome

WORDS: dict[Outcome, str] = {
    Outcome.RUNTIME: "a frame of the runtime",
    Outcome.DEPENDENCY: "a dependency's frame",
    Outcome.NO_FILE: "no file of the repository ends like this path",
    Outcome.LINK: "a symbolic link, which is not followed",
    Outcome.SUBMODULE: "a submodule, whose files are elsewhere",
    Outcome.BINARY: "the file is binary",
    Outcome.TOO_LARGE: "the file is too large to be written by a person, or its content is not there",
    Outcome.NO_LINE: "the file has no such line",
    Outcome.LINES_ONLY: "lines only: functions of this language are not read",
    Outcome.NO_REVISION: "a recorded revision is not in the repository",
    Outcome.NO_LAST_GOOD: "the last good revision is not in the repository any more",
    Outcome.UNREADABLE: "the repository could not be read",
    Outcome.NO_DEPLOYMENT: "no stack trace, and no deployment in the window: nothing points to code",
    Outcome.NO_RANGE: "no stack trace, and no commit between the last good and the failing deployment is known",
    Outcome.NO_FRAMES: "no frames",
}
