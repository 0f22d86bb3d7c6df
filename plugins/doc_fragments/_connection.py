# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection options of every module that talks to Microsoft."""

from __future__ import annotations

from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.registry import (
    credential_options,
    selectors,
)

# What holds for every credential of the app.
_RULES = f"""
      - Give at most one of {", ".join(f"O({name})" for name in selectors())}.
      - The credential of the app comes from the first place that holds one. The order is the task, the environment
        variables that begin with C(MTO_), and those that begin with C(AZURE_), unless E(AZURE_CLIENT_ID) names another
        app. A warning names what is set in vain."""


def _credentials() -> str:
    """Return the options of every kind in the registry, as the kind describes them."""
    return "".join(
        f"""\
  {option.name}:
    description:
      - {option.description}
      - If the task gives no credential of the app, E(MTO_{option.name.upper()}) is used, then E({option.azure_name}).\
{_RULES if option.name in selectors() else ""}
    type: {option.type}
"""
        for option in credential_options()
    )


class ModuleDocFragment:
    """The doc fragment C(m365.defender._connection)."""

    DOCUMENTATION = r"""
options:
  home_tenant_id:
    description:
      - The home tenant, a GUID. It holds the accounts of the people who use the multitenant view.
      - If not set, E(MTO_HOME_TENANT_ID) is used, then E(AZURE_TENANT_ID). One of the three is required.
    type: str
  client_id:
    description:
      - The application (client) ID of your app registration, a GUID.
      - If not set, E(MTO_CLIENT_ID) is used, then E(AZURE_CLIENT_ID). One of the three is required.
    type: str
  operator:
    description:
      - The person whose access is judged. Give the user principal name or the object ID in the home tenant.
      - If not set, E(MTO_OPERATOR) is used.
      - Required unless O(refresh_token) or O(refresh_token_file) is given without a credential of the app. In that case
        the token identifies the operator, and an O(operator) that names somebody else is refused.
    type: str
  cloud:
    description:
      - The Microsoft cloud of the home tenant.
      - If not set, E(MTO_CLOUD) is used, then V(public).
    type: str
    choices: [public, gcc, gcc_high, dod]
  endpoints:
    description:
      - Base URLs that replace those of the cloud.
      - They change only where the modules connect. Tokens are still requested for the audience of the cloud.
    type: dict
    suboptions:
      login:
        description: Microsoft Entra.
        type: str
      graph:
        description: Microsoft Graph, without a version.
        type: str
      arm:
        description: Azure Resource Manager.
        type: str
      portal:
        description: The Microsoft Defender portal.
        type: str
      mto:
        description:
          - The multitenant portal.
          - Its address in V(gcc_high) and V(dod) is not published. If it is needed, give the address that the browser
            shows.
        type: str
  ca_path:
    description:
      - A file or directory with the certificate authorities to trust.
      - It takes precedence over E(REQUESTS_CA_BUNDLE) and E(CURL_CA_BUNDLE).
      - If not set, E(MTO_CA_PATH) is used.
      - The proxies of E(HTTPS_PROXY) and E(NO_PROXY) are used. They have to be V(http://) or V(https://) proxies.
    type: path
  concurrency:
    description: How many tenants are processed at the same time.
    type: int
    default: 32
  timeout:
    description:
      - How long one request may take, from the name resolution to the last byte of the answer.
      - Give seconds, or a number with a unit, such as V(30s) or V(2m).
    type: str
    default: 30s
  deadline:
    description:
      - How long the whole task may take, in seconds or with a unit, such as V(10m).
      - A tenant that is not finished in time gets a row that says so.
    type: str
    default: 10m
  token_cache:
    description:
      - A directory for access tokens of the app identity, so that the next task does not have to sign in again.
      - The files are readable by their owner only. One that others can access is not used, and a warning says so. If
        not set, E(MTO_TOKEN_CACHE) is used. Without either, tokens are
        kept in memory only.
    type: path
"""
    DOCUMENTATION += (
        _credentials()
        + r"""  refresh_token:
    description:
      - Operator identity, a refresh token of the operator. It is redeemed with the credential of the app, or with none
        for a public client. White space around it is ignored.
      - If the task gives neither this nor O(refresh_token_file), the environment does, E(MTO_REFRESH_TOKEN) or
        E(MTO_REFRESH_TOKEN_FILE). The credential of the app is looked up apart from it.
      - If both identities are given, tenants are read as the app, and as the operator where the app lacks permission.
      - Give at most one of O(refresh_token) and O(refresh_token_file).
    type: str
  refresh_token_file:
    description:
      - Operator identity, a file that holds the refresh token of the operator on one line, readable by its owner only.
        C(ansible-playbook m365.defender.login) writes it.
      - Microsoft Entra sends a new refresh token with every answer. The one in the home tenant's answer replaces the
        one in the file, also in check mode, atomically and under a lock. A file that cannot be written is a warning.
      - If not set, see O(refresh_token).
    type: path
requirements:
  - Python 3.11 or newer
  - cryptography 42 or newer
  - msal 1.35 or newer
  - requests 2.32 or newer
notes:
  - Run this on the control node. It is done in Ansible's own process there, by the Python that runs Ansible, unless
    C(ansible_python_interpreter) names another one or C(become) or C(async) is used.
  - A relative path means the directory in which you started Ansible, and C(~) means your home directory. This also
    holds for paths in the environment. On a host other than the control node, a path belongs to that host.
  - Set C(ansible_pipelining) to C(true). Where Ansible has to send a module, it otherwise writes the arguments, secrets
    included, to a temporary file while the module runs.
"""
    )
