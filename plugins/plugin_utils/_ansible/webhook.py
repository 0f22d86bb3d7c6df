# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Post to a webhook. Its address is a secret: it is in no text, and no redirect or netrc takes part."""

from __future__ import annotations

import http.client
import json
import time
import typing as t
import urllib.error

from ansible.module_utils.urls import ConnectionError as AnsibleConnectionError
from ansible.module_utils.urls import open_url

# A webhook that takes no more for now has not taken this message.
_TRIES: t.Final = 3
_PAUSE_SECONDS: t.Final = 10
_TOO_MANY: t.Final = 429
_TIMEOUT_SECONDS: t.Final = 30


def post(url: str, body: object) -> str:
    """Return why a webhook did not take a message, an empty text if it did."""
    for left in reversed(range(_TRIES)):
        status = _status(url, json.dumps(body).encode())
        if status != _TOO_MANY or not left:
            break
        time.sleep(_PAUSE_SECONDS)
    if not status:
        return "no answer"
    return "" if status // 100 == 2 else f"HTTP {status}"


def _status(url: str, data: bytes) -> int:
    """Return the status of the answer, 0 where there is none."""
    try:
        with open_url(
            url,
            data=data,
            headers={"Content-Type": "application/json"},
            method="POST",
            timeout=_TIMEOUT_SECONDS,
            follow_redirects="none",
            use_netrc=False,
        ) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except (OSError, ValueError, http.client.HTTPException, AnsibleConnectionError):
        return 0
