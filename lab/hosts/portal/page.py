# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings page: the tenants in the view, Add tenants, Remove. `save` writes in the shape of its world."""

from __future__ import annotations

import typing as t

from aiohttp import web

_STYLE: t.Final = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1b1a19 }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .4rem; border-bottom: 1px solid #ddd }
button { font: inherit; padding: .2rem .8rem } dialog { max-height: 80vh; overflow: auto } li { list-style: none }
[role=alert] { color: #a4262c }
"""

_SCRIPT: t.Final = """
const base = "/apiproxy/mtoapi";
const whose = "/apiproxy/mtp/sccManagement/mgmt/TenantContext?realTime=true";
const byId = (id) => document.getElementById(id);
// The portal's answers: the session, the picker and its rows, the group, and the ETag header that came with it.
let context = null, answer = null, picker = [], group = null, etag = null, profiles = [];

function xsrf() {
  const cookie = document.cookie.split("; ").find((pair) => pair.startsWith("XSRF-TOKEN="));
  return cookie ? decodeURIComponent(cookie.slice("XSRF-TOKEN=".length)) : "";
}

async function ask(method, path, body, headers) {
  const sent = { mtoproxyurl: "MTO", "X-XSRF-TOKEN": xsrf() };
  if (body !== undefined) sent["Content-Type"] = "application/json";
  Object.assign(sent, headers);
  const place = path.startsWith("/apiproxy/") ? path : base + path;
  const response = await fetch(place, { method, headers: sent, body: body && JSON.stringify(body) });
  if (!response.ok) throw new Error("HTTP " + response.status);
  etag = response.headers.get("ETag");
  return response.json();
}

function portions(list, most) {
  return list.length ? [list.slice(0, most), ...portions(list.slice(most), most)] : [];
}

const brief = ({ tenantId, name, tenantAadEnvironment }) => ({ tenantId, name, tenantAadEnvironment });
const rowsOf = (ids) => picker.filter((row) => ids.includes(row.tenantId));
const keptBut = (ids) => group.exposedTargetTenantsInfo.filter((row) => !ids.includes(row.tenantId));

function cell(row, child) {
  const made = document.createElement("td");
  if (typeof child === "string") made.textContent = child; else made.append(child);
  row.append(made);
}

function box(tenantId, label) {
  const made = document.createElement("input");
  made.type = "checkbox";
  made.value = tenantId;
  made.setAttribute("aria-label", label);
  return made;
}

const ticked = (id) => [...byId(id).querySelectorAll("input:checked")].map((input) => input.value);

const profilesOf = (ids) => profiles.filter((profile) => profile.tenantIds.some((id) => ids.includes(id)));

function warn() {
  const names = profilesOf(ticked("view")).map((profile) => profile.name);
  byId("warning").textContent = names.length
    ? "Removal breaks the content assignment of the distribution profile " + names.join(", ") + "." : "";
}

function show() {
  const lost = new Set(picker.filter((row) => row.lostAccess).map((row) => row.tenantId));
  const rows = group.exposedTargetTenantsInfo;
  byId("view").replaceChildren(...rows.map((tenant) => {
    const row = document.createElement("tr");
    row.dataset.tenant = tenant.tenantId;
    cell(row, box(tenant.tenantId, tenant.name));
    cell(row, tenant.name);
    cell(row, tenant.tenantId);
    const held = profilesOf([tenant.tenantId]).map((profile) => "Distribution profile " + profile.name);
    cell(row, [...(lost.has(tenant.tenantId) ? ["Lost access"] : []), ...held].join(", "));
    return row;
  }));
  byId("count").textContent = rows.length + " tenants";
  const there = new Set(rows.map((row) => row.tenantId));
  byId("offers").replaceChildren(...picker.filter((row) => !there.has(row.tenantId)).map((tenant) => {
    const item = document.createElement("li"), label = document.createElement("label");
    label.append(box(tenant.tenantId, tenant.name), " " + tenant.name);
    item.append(label);
    return item;
  }));
}

async function load() {
  context = context || await ask("GET", whose);
  answer = await ask("GET", "/tenants/TenantPicker");
  picker = answer.tenantInfoList;
  profiles = (await ask("GET", "/assignments")).distributionProfiles;
  group = await ask("GET", "/tenantGroups/effective/");
  show();
  warn();
}

async function change(add, remove) {
  byId("state").textContent = "Saving";
  try {
    await save(add, remove);
    await load();
    byId("state").textContent = "Saved";
  } catch (error) {
    byId("state").textContent = "Not saved: " + error.message;
  }
}

byId("view").addEventListener("change", warn);
byId("open").addEventListener("click", () => byId("dialog").showModal());
byId("cancel").addEventListener("click", () => byId("dialog").close());
byId("add").addEventListener("click", () => { byId("dialog").close(); change(ticked("offers"), []); });
byId("remove").addEventListener("click", () => change([], ticked("view")));
load().then(() => { byId("state").textContent = "Ready"; },
  (error) => { byId("state").textContent = "Not loaded: " + error.message; });
"""


def settings_page(save: str) -> web.Response:
    """Return the page with its function `save`. Everything it shows comes as text from the portal's own answers."""
    text = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Tenants - Multitenant management (lab)</title>
<link rel="icon" href="data:,"><style>{_STYLE}</style></head>
<body><h1>Tenants</h1>
<p><button id="open">Add tenants</button> <button id="remove">Remove</button> <span id="count"></span></p>
<p role="status" id="state">Loading</p>
<p role="alert" id="warning"></p>
<table><thead><tr><th></th><th>Name</th><th>Tenant ID</th><th></th></tr></thead><tbody id="view"></tbody></table>
<dialog id="dialog" aria-label="Add tenants"><h2>Add tenants</h2><ul id="offers"></ul>
<button id="add">Add</button> <button id="cancel">Cancel</button></dialog>
<script>{_SCRIPT}{save}</script></body></html>
"""
    return web.Response(text=text, content_type="text/html")
