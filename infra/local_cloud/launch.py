"""Starts the emulator with a mended error report, in a clean environment, on loopback only.

Run by the emulator's own Python (`.tools/local-cloud/bin/python`), never imported by the project:

    launch.py --port 4566 --folder .local/cloud [--auth] [--persist] [--wait-scale 1]

Why the mend: on AWS a failed Lambda reports its exception's class as `errorType`, with `stackTrace`, and logs
`[ERROR] Class: message` with a traceback whose paths lie under /var/task. The pinned emulator reports
`Runtime.HandlerError` for all, so no Retry or Catch by class would ever match. The texts replaced below are checked:
another version of the emulator fails loudly here instead of letting a test pass for a wrong reason.
"""

import argparse
import os
import sys
import threading
from pathlib import Path

VERSION = "1.5.33"
SAFE_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

REPORT = '_real_stdout.write(json.dumps({"status": "error", "error": str(e), "trace": traceback.format_exc()}) + "\\n")'
MENDED_REPORT = (
    "_real_stdout.write(json.dumps({"
    '"status": "error", "error": str(e), "error_type": type(e).__name__, '
    '"stack": _as_on_aws("".join(traceback.format_tb(e.__traceback__)[1:]), code_dir).splitlines(), '
    '"trace": "[ERROR] " + type(e).__name__ + ": " + str(e) + "\\n" + '
    '_as_on_aws(traceback.format_exc(), code_dir)}) + "\\n")'
)
RUN = "def run():\n"
AS_ON_AWS = '''
def _as_on_aws(text, code_dir):
    """Paths as AWS prints them, without the emulator's own first frame."""
    lines, skip = [], 0
    for line in text.replace(code_dir, "/var/task").splitlines():
        if "_worker.py" in line:
            skip = 2
        if skip and (skip == 2 or line.startswith("    ")):
            skip = 1
            continue
        skip = 0
        lines.append(line)
    for layer in filter(None, os.environ.get("_LAMBDA_LAYERS_DIRS", "").split(os.pathsep)):
        lines = [line.replace(layer, "/opt") for line in lines]
    return "\\n".join(lines)


'''


def main() -> None:
    """Parse, clean the environment, mend, serve until SIGTERM."""
    arguments = _arguments()
    folder = Path(arguments.folder).resolve()
    (folder / "tmp").mkdir(parents=True, exist_ok=True)
    # Workers inherit this process's environment, so nothing of the caller's shell may be in it.
    os.environ.clear()
    os.environ.update(_environment(arguments, folder))
    os.chdir(folder)
    mend()
    from ministack.app import main as serve

    sys.argv = ["ministack"]
    serve()


def mend() -> None:
    """Make a failed Lambda report its class, stack and log line as AWS does."""
    from importlib.metadata import version

    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc

    found = version("ministack")
    script = lambda_runtime._PYTHON_WORKER_SCRIPT
    if found != VERSION or script.count(REPORT) != 1 or script.count(RUN) != 1:
        raise SystemExit(f"launch.py mends ministack {VERSION}; this is {found} with another worker: check the mend")
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(REPORT, MENDED_REPORT).replace(RUN, AS_ON_AWS + RUN)

    last = threading.local()
    invoke, execute = lambda_runtime.Worker.invoke, lambda_svc._execute_function_warm

    def remembering_invoke(self, *args, **kwargs):
        last.response = None
        last.response = invoke(self, *args, **kwargs)
        return last.response

    def execute_with_class(func, event, request_id):
        last.response = None
        result = execute(func, event, request_id)
        response = last.response or {}
        if result.get("error") and response.get("error_type"):
            result["body"] = {
                "errorMessage": response["error"],
                "errorType": response["error_type"],
                "requestId": request_id,
                "stackTrace": response["stack"],
            }
        return result

    lambda_runtime.Worker.invoke = remembering_invoke
    lambda_svc._execute_function_warm = execute_with_class


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", required=True, help="for temporary files and persisted state")
    parser.add_argument("--auth", action="store_true", help="enforce the roles of Lambda functions")
    parser.add_argument("--persist", action="store_true", help="keep data over a restart")
    parser.add_argument("--wait-scale", default="1", help="0 skips the waits of state machines")
    return parser.parse_args()


def _environment(arguments: argparse.Namespace, folder: Path) -> dict[str, str]:
    return {
        "PATH": SAFE_PATH,
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "TMPDIR": str(folder / "tmp"),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(arguments.port),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "SFN_WAIT_SCALE": arguments.wait_scale,
        "AUTH": "true" if arguments.auth else "false",
        "PERSIST_STATE": "1" if arguments.persist else "0",
        "STATE_DIR": str(folder / "state"),
        "LOG_LEVEL": "INFO",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "PYTHONDONTWRITEBYTECODE": "1",
    }


if __name__ == "__main__":
    main()
