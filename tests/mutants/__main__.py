"""`make mutants`: take each guard of the money out, one at a time, and see that a test notices.

Works on a copy of the checkout, so that nothing here changes. Ends non-zero when a guard could go
unnoticed, or is no longer where guards.toml says.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
AT_ONCE = max(1, (os.cpu_count() or 2) // 2)
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "var", "__pycache__", ".mypy_cache")


@dataclass(frozen=True)
class Guard:
    name: str
    file: str
    old: str
    new: str
    tests: list[str]


def guards() -> list[Guard]:
    rows = tomllib.loads(Path(__file__).with_name("guards.toml").read_text("utf-8"))["guard"]
    return [Guard(**row) for row in rows]


@contextmanager
def copied() -> Iterator[Path]:
    """A copy of the checkout that uses the same packages."""
    with tempfile.TemporaryDirectory(prefix="brustart-mutant-") as folder:
        place = Path(folder, "checkout")
        shutil.copytree(ROOT, place, ignore=LEFT_OUT)
        (place / ".venv").symlink_to(ROOT / ".venv")
        yield place


def take_out(guard: Guard, place: Path) -> None:
    """Raises LookupError when the guard is not, or not once, where it should be."""
    path = place / guard.file
    text = path.read_text("utf-8")
    if text.count(guard.old) != 1:
        raise LookupError(f"{guard.file} has it {text.count(guard.old)} times, not once")
    path.write_text(text.replace(guard.old, guard.new), "utf-8")


def noticed(guard: Guard) -> bool:
    """Whether a test fails without the guard."""
    with copied() as place:
        take_out(guard, place)
        run = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", *guard.tests]
        kept = {name: value for name, value in os.environ.items() if "BRUSTART" not in name}
        done = subprocess.run(run, cwd=place, env=kept, capture_output=True, check=False)
        if done.returncode not in (0, 1):
            raise LookupError(done.stdout.decode()[-2000:] + done.stderr.decode()[-2000:])
        return done.returncode == 1


def verdict(guard: Guard) -> str:
    try:
        return "noticed" if noticed(guard) else "SURVIVES"
    except LookupError as error:
        return f"CANNOT BE TRIED: {error}"


def main(words: list[str]) -> int:
    """All guards, or those whose name holds one of the words."""
    chosen = [one for one in guards() if not words or any(word in one.name for word in words)]
    failed = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for guard, said in zip(chosen, pool.map(verdict, chosen), strict=True):
            failed += said != "noticed"
            print(f"{said:10} {guard.name}", flush=True)
    print(f"{len(chosen) - failed} of {len(chosen)} noticed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
