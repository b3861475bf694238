"""The image's program: serves the one app of a pod."""

import os
import signal
import socket
import sys

# How long Kubernetes may take to send new connections elsewhere once the pod is to end.
LINGER_S = 3


def main() -> int:
    """The socket comes first: a probe then waits until the app answers, not for the next one's turn."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    environment = os.environ
    address = environment.get("HOST", "0.0.0.0"), int(environment.get("PORT", "8000"))
    listener = socket.create_server(address, backlog=2048)

    from pathlib import Path

    from headrace_runner.lean import import_framework

    entrypoint, code = Path(environment.get("CODE_PATH", "/code/main.py")), Path("/code")
    import_framework(entrypoint)
    from headrace_runner import termination
    from headrace_runner.serve import AppSettings, serve

    settings = AppSettings(
        entrypoint,
        root=code if entrypoint.is_relative_to(code) else entrypoint.parent,
        work=Path(environment.get("TMPDIR", "/tmp"), f"app-{os.getpid()}"),
        content=environment.get("HEADRACE_CONTENT", ""),
        app_id=environment.get("APP_ID", ""),
        root_path=environment.get("APP_ROOT_PATH", "").rstrip("/"),
        linger_s=float(environment.get("HEADRACE_LINGER_S", LINGER_S)),
    )
    termination_log = Path(environment.get("HEADRACE_TERMINATION_LOG", termination.LOG))
    phase = "start"

    def ready() -> None:
        nonlocal phase
        phase = "run"

    failure = serve(settings, listener, ready)
    if failure:
        termination.tell(failure, phase, termination_log)
    return 1 if failure else 0


if __name__ == "__main__":
    sys.exit(main())
