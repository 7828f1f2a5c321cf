"""PostgreSQL from this machine's own package, on loopback, with a database of its own."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.servers.process import CannotStart

_USER = "zwaan"
_LIMIT = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres:
    """A cluster in ``folder``. As root it runs under the account that Debian's package made."""

    folder: Path
    port: int

    variable = "ZWAAN_TEST_POSTGRES"
    default_port = 15432

    @property
    def address(self) -> str:
        return f"postgresql+psycopg://{_USER}:{self._password()}@127.0.0.1:{self.port}/{_USER}"

    def start(self) -> str:
        """Return the URL of the database once the server accepts it. Raises CannotStart."""
        self._own_folder()
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        if self._run("pg_ctl", "status", "-D", str(self._data)).returncode == 0:
            return self.address
        options = (
            f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories='' "
            # Test data need not outlive the machine.
            "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c timezone=UTC"
        )
        log = str(self.folder / "log")
        self._do(
            *("pg_ctl", "start", "--wait", "-t", str(_LIMIT)),
            *("-D", str(self._data), "-l", log, "-o", options),
        )
        self._create_database()
        return self.address

    def stop(self) -> None:
        """Stop the server in order. Nothing happens when it does not run."""
        if (self._data / "postmaster.pid").exists():
            self._run("pg_ctl", "stop", "--wait", "-m", "fast", "-D", str(self._data))

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _password(self) -> str:
        return (self.folder / "password").read_text().strip()

    def _own_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        account = _account()
        if account is None:
            return
        os.chown(self.folder, account.pw_uid, account.pw_gid)
        reachable = subprocess.run(
            ["runuser", "-u", account.pw_name, "--", "test", "-w", str(self.folder)], check=False
        )
        if reachable.returncode != 0:
            raise CannotStart(
                f"The account '{account.pw_name}' cannot reach {self.folder}; "
                "choose a folder outside root's home with --folder."
            )

    def _initialise(self) -> None:
        secret = self.folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_hex(16))
        if (account := _account()) is not None:
            os.chown(secret, account.pw_uid, account.pw_gid)
        self._do(
            *("initdb", "-D", str(self._data), "-U", _USER, "--auth=scram-sha-256"),
            *(f"--pwfile={secret}", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"),
        )

    def _create_database(self) -> None:
        created = self._run(
            *("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", _USER, _USER),
            password=self._password(),
        )
        if created.returncode != 0 and "already exists" not in created.stderr:
            raise CannotStart(f"PostgreSQL made no database: {created.stderr.strip()}")

    def _do(self, program: str, *arguments: str) -> None:
        done = self._run(program, *arguments)
        if done.returncode != 0:
            raise CannotStart(f"'{program}' failed: {(done.stderr or done.stdout).strip()}")

    def _run(
        self, program: str, *arguments: str, password: str = ""
    ) -> subprocess.CompletedProcess[str]:
        account = _account()
        prefix = [] if account is None else ["runuser", "-u", account.pw_name, "--"]
        # pg_ctl hands its output to the server, which keeps it open: a pipe would never end.
        with (
            (self.folder / "stdout").open("w+") as stdout,
            (self.folder / "stderr").open("w+") as stderr,
        ):
            code = subprocess.run(
                [*prefix, _binary(program), *arguments],
                cwd=self.folder,
                env={**os.environ, "PGPASSWORD": password},
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                check=False,
            ).returncode
            stdout.seek(0)
            stderr.seek(0)
            return subprocess.CompletedProcess([], code, stdout.read(), stderr.read())


def _account() -> pwd.struct_passwd | None:
    """The account to run as: None for oneself. The server refuses to run as root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        raise CannotStart(
            "PostgreSQL does not run as root and there is no account 'postgres'; "
            "install its package (Debian: apt-get install postgresql)."
        ) from None


def _binary(program: str) -> str:
    """Debian keeps the server's programs out of PATH, one folder a version; newest first."""
    installed = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{program}"),
        key=lambda path: int(path.parts[-3]),
    )
    if installed:
        return str(installed[-1])
    if (found := shutil.which(program)) is not None:
        return found
    raise CannotStart(
        f"'{program}' is missing: install PostgreSQL (Debian: apt-get install postgresql), "
        "or name a database of a running one in ZWAAN_TEST_POSTGRES."
    )
