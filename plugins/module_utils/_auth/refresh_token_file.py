# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file that holds the operator's refresh token: one line, mode 0600, replaced as a whole or not at all.

Entra sends a new refresh token with every answer and leaves the old one valid [guess]. So a token that could not be
stored does not fail the run that received it: the caller turns `RefreshTokenNotStored` into a warning.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pathlib
import stat
import time
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._auth.secret_text import VAULT, is_token
from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError, OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.private_file import (
    Unfit,
    read_private,
    replace_private,
)
from ansible_collections.m365.defender.plugins.module_utils._core.secrets import SHORTEST

if t.TYPE_CHECKING:
    from collections.abc import Iterator

# Refresh tokens are about 1 to 2 KB [guess]; a larger file holds something else.
_LARGEST: t.Final = 65536
_LOCK_WAIT: t.Final = 10.0
_LOCK_POLL: t.Final = 0.02
_WAY_OUT: t.Final = (
    "name a file with one refresh token and nothing else, such as ansible-playbook m365.defender.login writes."
)


class RefreshTokenNotStored(MtoError):
    """The token could not be written, and the file is unchanged. The text names file and cause, never a token."""


class RefreshTokenFile:
    """The file at a path. Nothing is opened before the first call.

    A symbolic link is followed, and its target replaced. `lock_wait` is in seconds.
    """

    def __init__(self, path: str | os.PathLike[str], *, lock_wait: float = _LOCK_WAIT) -> None:
        self.path = pathlib.Path(path)
        self._lock_wait = lock_wait

    def load(self) -> str:
        """Return the token without white space around it. Raise OptionError if the file does not hold one safely."""
        try:
            # `utf-8-sig` for the byte order mark that an editor may have written.
            content = read_private(self.path, _LARGEST).decode("utf-8-sig", errors="replace")
        except OSError as error:
            raise OptionError(
                f"refresh_token_file: '{self.path}' cannot be read ({error.strerror}); {_WAY_OUT}"
            ) from error
        except ValueError as error:
            raise OptionError(f"refresh_token_file: '{self.path}' is not a valid name of a file; {_WAY_OUT}") from error
        except Unfit as error:
            raise OptionError(f"refresh_token_file: '{self.path}' {error}") from error
        return self._token_in(content)

    def store(self, token: str) -> None:
        """Create the file or replace its content. Raise RefreshTokenNotStored; the file is then unchanged."""
        with self._changing() as target:
            self._write(target, token)

    def rotate(self, old: str, new: str) -> bool:
        """Store `new` if the file still holds `old`. Return whether it was stored.

        A newer token, of another process or of a new sign-in, is kept. Raise RefreshTokenNotStored.
        """
        if old == new:
            return False
        with self._changing() as target:
            try:
                stored = self.load()
            except OptionError as error:
                raise RefreshTokenNotStored(str(error)) from error
            if stored != old:
                return False
            self._write(target, new)
            return True

    def require_writable(self) -> None:
        """Raise RefreshTokenNotStored if `store` would. Call it before a person is asked to sign in."""
        with self._changing() as target:
            temporary = _temporary(target)
            try:
                os.close(_create(target, temporary))
            finally:
                temporary.unlink(missing_ok=True)

    def _token_in(self, content: str) -> str:
        token = content.strip()
        if not token:
            raise OptionError(f"refresh_token_file: '{self.path}' is empty; {_WAY_OUT}")
        if token.startswith(VAULT):
            raise OptionError(
                f"refresh_token_file: '{self.path}' is encrypted with ansible-vault. Pass the vaulted token in"
                " the option refresh_token, or name a file that holds the token itself."
            )
        if not is_token(token):
            raise OptionError(
                f"refresh_token_file: '{self.path}' has fewer than {SHORTEST} characters, or white space or characters"
                f" that a token cannot contain; {_WAY_OUT}"
            )
        return token

    @contextlib.contextmanager
    def _changing(self) -> Iterator[pathlib.Path]:
        """Hold the lock and yield the real file. Errors of the system become RefreshTokenNotStored."""
        try:
            target = pathlib.Path(os.path.realpath(self.path))
            with _locked(target, self._lock_wait):
                yield target
        except OSError as error:
            raise self._not_stored(f"{error.strerror}.") from error
        except ValueError as error:
            raise self._not_stored("it is not a valid name of a file.") from error
        except Unfit as error:
            raise self._not_stored(str(error)) from error

    def _not_stored(self, cause: str) -> RefreshTokenNotStored:
        return RefreshTokenNotStored(f"The refresh token could not be stored in '{self.path}': {cause}")

    def _write(self, target: pathlib.Path, token: str) -> None:
        if not is_token(token):
            raise self._not_stored("the value is not a token.")
        temporary = _temporary(target)
        # No line end: `ansible-vault encrypt_string`, which reads the file unchanged, would keep it.
        replace_private(target, temporary, _create(target, temporary), token)
        _sync_directory(target.parent)


@contextlib.contextmanager
def _locked(target: pathlib.Path, wait: float) -> Iterator[None]:
    """Lock an empty file beside the target, because the target itself is replaced.

    The lock file is never removed: a process could lock the file that another one is about to remove.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    handle = os.open(target.with_name(f".{target.name}.lock"), flags, 0o600)
    try:
        _acquire(handle, wait)
        yield
    finally:
        os.close(handle)


def _acquire(handle: int, wait: float) -> None:
    end = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= end:
                raise Unfit(f"another process has held its lock for {wait:g} seconds.") from error
            time.sleep(_LOCK_POLL)
        else:
            return


def _temporary(target: pathlib.Path) -> pathlib.Path:
    """Return a fixed name, so that the next run removes what a killed process left behind."""
    return target.with_name(f".{target.name}.new")


def _create(target: pathlib.Path, temporary: pathlib.Path) -> int:
    """Create an empty file with mode 0600 and the owner of the target. Called under the lock."""
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        # The umask may have removed the owner's own permissions.
        os.fchmod(handle, 0o600)
        _keep_owner(target, handle)
    except BaseException:
        os.close(handle)
        temporary.unlink(missing_ok=True)
        raise
    return handle


def _keep_owner(target: pathlib.Path, handle: int) -> None:
    try:
        status = target.stat()
    except FileNotFoundError:
        return
    if not stat.S_ISREG(status.st_mode):
        raise Unfit("it is not a regular file.")
    if status.st_uid != os.fstat(handle).st_uid:
        os.fchown(handle, status.st_uid, status.st_gid)


def _sync_directory(directory: pathlib.Path) -> None:
    """Make the replacement survive a power cut. The token is stored already, so a failure here is ignored."""
    with contextlib.suppress(OSError):
        handle = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
