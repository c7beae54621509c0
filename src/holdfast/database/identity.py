"""As whom PostgreSQL runs. It refuses to run as root, and people run things as root.

Started by anybody else it runs as that user. Started as root it runs as an unprivileged account
(the owner of an existing cluster, else nobody), and where that account cannot get to the data
folder because a folder above it is closed, it reaches it through the working directory that it
inherits: /proc/self/cwd needs no right on the folders above. PostgreSQL 15 cannot do without these
rights, and some sandboxes have no second account; there a user namespace makes root look like
nobody. No folder above the data folder is ever opened to others.
"""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from holdfast.database.binaries import Binaries
from holdfast.database.folder import EmbeddedError, ServerFolder
from holdfast.database.reach import copy_binaries, give, reaches

ACCOUNT = "nobody"
MAJOR_WITHOUT_PARENTS = 16  # 15 changes back into its working directory by its full path
PROBE_SECONDS_MAX = 10.0
LINUX = sys.platform == "linux"
_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000
_libc = ctypes.CDLL(None, use_errno=True)


class Identity(NamedTuple):
    """Who a program of PostgreSQL runs as, and how it finds the cluster."""

    binaries: Binaries
    account: pwd.struct_passwd | None  # None: as we are
    namespace: bool
    by_working_directory: bool
    sentence: str

    def cluster_argument(self, cluster: Path) -> str:
        """What to pass as -D; the program must be started with the cluster as its folder."""
        return "/proc/self/cwd" if self.by_working_directory else str(cluster)


def choose_identity(folder: ServerFolder, binaries: Binaries) -> Identity:
    """Decide, hand the files of the cluster to that account, and try it out.

    Raises EmbeddedError with every reason, and what to do, where nothing works.
    """
    what = f"PostgreSQL {binaries.version} from {binaries.origin} runs as "
    if os.geteuid() != 0:
        name = _account_name(os.geteuid())
        return Identity(binaries, None, False, False, f"{what}{name}.")
    account = _unprivileged_account(folder)
    reasons: list[str] = []
    for attempt in (_as_account, _in_namespace):
        try:
            identity = attempt(folder, binaries, account, what)
            _probe(identity, folder)
            because = f" ({'; '.join(reasons)})" if reasons else ""
            return identity._replace(sentence=f"{identity.sentence[:-1]}{because}.")
        except (OSError, subprocess.SubprocessError, EmbeddedError) as error:
            reasons.append(str(error))
    raise EmbeddedError(
        "PostgreSQL refuses to run as root, and it could not be run as anybody else here: "
        f"{'; '.join(reasons)}. Run Holdfast as an ordinary user, or use a data folder on a disk "
        "whose files may belong to others, such as /var/lib/holdfast."
    )


def _unprivileged_account(folder: ServerFolder) -> pwd.struct_passwd:
    """The owner of an existing cluster, so that sudo now and then does no harm; else nobody."""
    try:
        owner = folder.cluster.stat().st_uid
        if owner != 0:
            return pwd.getpwuid(owner)
    except (FileNotFoundError, KeyError):
        pass
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError as error:
        raise EmbeddedError(
            "PostgreSQL refuses to run as root, and this system has no user `nobody` for it. "
            "Run Holdfast as an ordinary user."
        ) from error


def _as_account(
    folder: ServerFolder, binaries: Binaries, account: pwd.struct_passwd, what: str
) -> Identity:
    open_path = reaches(account, folder.data)
    if not open_path and not (LINUX and binaries.major >= MAJOR_WITHOUT_PARENTS):
        raise EmbeddedError(f"{account.pw_name} cannot reach {folder.data}")
    if not reaches(account, binaries.folder / "postgres"):
        binaries = binaries._replace(folder=copy_binaries(binaries))
        if not reaches(account, binaries.folder / "postgres"):
            raise EmbeddedError(f"{account.pw_name} cannot reach {binaries.folder}")
    give(folder.postgresql, account.pw_uid, account.pw_gid)
    how = "" if open_path else ", and reaches its closed folder as its working directory"
    sentence = f"{what}{account.pw_name}, because it refuses to run as root{how}."
    return Identity(binaries, account, False, not open_path, sentence)


def _in_namespace(
    folder: ServerFolder, binaries: Binaries, account: pwd.struct_passwd, what: str
) -> Identity:
    if not LINUX:
        raise EmbeddedError("this system has no user namespaces")
    give(folder.postgresql, 0, 0)
    sentence = f"{what}root in a user namespace, where root is called {account.pw_name}."
    return Identity(binaries, account, True, False, sentence)


def _probe(identity: Identity, folder: ServerFolder) -> None:
    """Start a program the way the server will be started; raises what goes wrong."""
    arguments = [str(identity.binaries.folder / "postgres"), "--version"]
    process = launch(identity, arguments, folder.postgresql, stdout=subprocess.DEVNULL)
    try:
        code = process.wait(PROBE_SECONDS_MAX)
    finally:
        process.kill()
        process.wait()
    if code != 0:
        name = identity.account.pw_name if identity.account else "this user"
        raise EmbeddedError(f"postgres --version fails as {name} with code {code}")


def launch(
    identity: Identity,
    arguments: Sequence[str],
    working_directory: Path,
    *,
    dies_with_parent: bool = False,
    environment: dict[str, str] | None = None,
    stdin: IO[bytes] | int = subprocess.DEVNULL,
    stdout: IO[bytes] | int | None = None,
    stderr: IO[bytes] | int | None = None,
) -> subprocess.Popen[bytes]:
    """Start one program of PostgreSQL as this identity, in this working directory.

    With `dies_with_parent` the kernel asks it to stop (SIGINT: a fast, clean shutdown) when this
    process ends in whatever way. It sees none of our environment.
    """
    account = identity.account
    drop = account is not None and not identity.namespace
    return subprocess.Popen(
        arguments,
        cwd=working_directory,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", **(environment or {})},
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        umask=0o077,
        user=account.pw_uid if account and drop else None,
        group=account.pw_gid if account and drop else None,
        extra_groups=[] if drop else None,
        preexec_fn=_before_exec(identity, dies_with_parent),  # noqa: PLW1509 (no threads here)
    )


def _before_exec(identity: Identity, dies_with_parent: bool) -> Callable[[], None]:
    """What the child does last. The order matters: a change of identity forgets PDEATHSIG."""
    parent = os.getpid()
    account = identity.account
    inner = (account.pw_uid, account.pw_gid) if account and identity.namespace else None

    def prepare() -> None:
        if inner is not None:
            _enter_namespace(*inner)
        if dies_with_parent and LINUX:
            _libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGINT), 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)  # the parent died before it was asked for: nobody would stop us

    return prepare


def _enter_namespace(uid: int, gid: int) -> None:
    """Call what we are outside `uid` and `gid` inside; user_namespaces(7)."""
    outside = (os.geteuid(), os.getegid())
    if _libc.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "user namespaces are forbidden here")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {outside[0]} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {outside[1]} 1")


def _account_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def serves(pid: int, cluster: Path) -> bool:
    """Whether the process of this number is the PostgreSQL of this cluster.

    Numbers come again, and the process may be somebody else's database: PostgreSQL works in its
    cluster's folder, and that tells them apart.
    """
    try:
        if LINUX:
            return Path(f"/proc/{pid}/cwd").samefile(cluster)
        command = ["/bin/ps", "-o", "args=", "-p", str(pid)]
        said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except OSError:
        return False
    return f"-D {cluster}" in said
