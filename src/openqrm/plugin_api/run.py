"""Run a tool on a host and take its failure for what it is."""

from __future__ import annotations

from collections.abc import Mapping

from openqrm.domain.errors import Category, StepError
from openqrm.ports.world import LONGEST_STREAM, Host


def run(
    host: Host,
    argv: tuple[str, ...],
    *,
    stdin: bytes = b"",
    timeout_s: float = 120,
    environment: Mapping[str, str] | None = None,
    hint: str = "",
) -> str:
    """What the tool printed, all of it. Raises StepError `refused` with its last words when it did not exit with 0."""
    done = host.run(argv, stdin=stdin, timeout_s=timeout_s, environment=environment)
    if done.status == 0 and len(done.out) >= LONGEST_STREAM:
        message = f"{argv[0]} printed more than {LONGEST_STREAM // 2**20} MiB, and the rest was cut off"
        raise StepError(Category.UNSUPPORTED, message, "What it lists has to be less: see what it is asked for.")
    if done.status == 0:
        return done.out
    words = (done.err.strip() or done.out.strip() or "it said nothing").splitlines()[-1][:300]
    raise StepError(Category.REFUSED, f"{argv[0]} ended with {done.status}: {words}", hint)
