"""Production text that reads like an instruction to a model. It changes nothing that mendloop does; it is shown."""

import re

_PATTERNS = re.compile(
    r"""
    \b(?:ignore|disregard|forget|override)\b .{0,40} \b(?:previous|prior|above|earlier|all|any|your|system)\b .{0,40}
      \b(?:instructions?|rules?|prompts?|messages?|context|directions?)\b
    | \b(?:you\ are\ (?:now|an?)|act\ as|pretend\ to\ be|from\ now\ on\ you)\b .{0,60}
      \b(?:assistant|agent|model|developer|admin|bot|ai|system)\b
    | \b(?:system|developer)\ (?:prompt|message|instruction)s?\b
    | <\|?(?:im_start|im_end|system|assistant|endoftext)\|?> | \[/?INST\] | </?(?:system|assistant|instructions?)>
    | ^\s*(?:system|assistant|human)\s*: \s
    | \b(?:note|message|instructions?|attention)\b .{0,20} \b(?:to|for)\b .{0,20}
      \b(?:llm|ai|assistant|agent|model|claude|gpt)s?\b
    | \b(?:run|execute|invoke|call)\b .{0,30} \b(?:command|shell|bash|curl|wget|script|tool)\b .{0,60}
      \b(?:fix|resolve|solve|to)\b
    | \b(?:must|should|please|need\ to)\b .{0,40} \b(?:approve|merge|deploy|commit|push|delete|disable|remove)\b .{0,60}
      \b(?:pull\ request|patch|change|test|check|branch|guard|policy)\b
    | \b(?:reveal|print|exfiltrate|send|leak)\b .{0,40}
      \b(?:secrets?|credentials?|tokens?|environment|prompt|api\ keys?)\b
    """,
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)
_LIMIT = 20_000


def instruction_like(text: str) -> bool:
    """Whether the first 20,000 characters read like an instruction to a model."""
    return bool(_PATTERNS.search(text[:_LIMIT]))
