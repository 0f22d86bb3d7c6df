# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every documented body we know of: whether a read or a parser of ours can meet it, and if not, why."""

from __future__ import annotations

_WRITE = "It belongs to a request that changes something or that we never send: we only read."
_SERVICES = "No read of ours asks where a customer's services are managed."
_GDAP_HISTORY = "No read of ours asks for operations or requests of a relationship."
_CLOUD_PC = "It is of Cloud PC's roles, which no read asks for."
_GOVERNANCE = "It is of tenant governance, but of none of the three lists that are read."
_DASHBOARD = "It is a tile of the portal's page, which nothing of ours reads."
_DEPENDS_ON = "It is a request with dependsOn, which we never send; the refusal it can lead to (HTTP 424) is tested."
_REQUEST = "It is a request; ours is asserted where its answer is."
_DEVICE_CODE = "Signing in by device code has tests of its own; the document's tokens are cut off and cannot be read."
_PARTNER_CENTER = "It is of the Partner Center API, which nothing of ours asks."
_CHECK_MEMBER = "Membership is read by transitiveMemberOf."
_ORGANIZATION = "A multitenant organization of Microsoft Entra is not the multitenant view; no read asks for it."
_ONE_ORGANIZATION = "It is one organization by its id; our read asks for the list, which has the same rows."
_HUNTING = "No read of ours runs a hunting query."
_FIND_TENANT = "No read of ours looks a tenant up by its id."

MET = (
    "arm__tenants-list__response",
    "beta__delegatedadminrelationship-list-accessassignments__1_response",
    "beta__tenantrelationship-list-delegatedadmincustomers__1_response",
    "beta__tenantrelationship-list-delegatedadminrelationships__1_response",
    "community__mtoapi-tenantcontext__response",
    "community__mtoapi-tenantgroups-effective__response",
    "concepts__errors__response",
    "concepts__json-batching__response",
    "concepts__throttling-429__response",
    "entra__aadsts-error__response",
    "entra__claims-challenge",
    "v1.0__crosstenantaccesspolicy-get__1_response",
    "v1.0__crosstenantaccesspolicy-list-partners__1_response",
    "v1.0__crosstenantaccesspolicyconfigurationdefault-get__1_response",
    "v1.0__crosstenantaccesspolicyconfigurationpartner-get-new__response",
    "v1.0__crosstenantaccesspolicyconfigurationpartner-get__1_response",
    "v1.0__directoryrole-list__1_response",
    "v1.0__organization-list__1_response",
    "v1.0__rbacapplication-list-roleassignments__1_response",
    "v1.0__rbacapplication-list-roleassignments__2_response",
    "v1.0__rbacapplication-list-roleassignments__3_response",
    "v1.0__rbacapplication-list-roleassignmentscheduleinstances__1_response",
    "v1.0__security-list-incidents__response",
    "v1.0__subscribedsku-list-new__response",
    "v1.0__subscribedsku-list__1_response",
    "v1.0__tenantgovernance-list-governanceinvitations__response",
    "v1.0__tenantgovernance-list-governancerelationships__response",
    "v1.0__tenantgovernance-list-governancerequests__response",
    "v1.0__tenantrelationship-list-delegatedadminrelationships__response",
    "v1.0__unifiedroleassignmentscheduleinstance-filterbycurrentuser__1_response",
    "v1.0__user-get__1_response",
    "v1.0__user-get__2_response",
    "v1.0__user-get__3_response",
    "v1.0__user-get__4_response",
    "v1.0__user-list-transitivememberof__1_response",
    "v1.0__user-list-transitivememberof__2_response",
    "v1.0__user-list-transitivememberof__3_response",
    "v1.0__user-list__1_response",
    "v1.0__user-list__2_response",
    "v1.0__user-list__3_response",
    "v1.0__user-list__4_response",
    "v1.0__user-list__5_response",
    "v1.0__user-list__6_response",
    "v1.0__user-list__7_response",
    "v1.0__user-list__8_response",
)

NOT_MET = {
    "beta__delegatedadminaccessassignment-update__1_request": _WRITE,
    "beta__delegatedadminaccessassignment-update__2_response": _WRITE,
    "beta__delegatedadmincustomer-list-servicemanagementdetails__1_response": _SERVICES,
    "beta__delegatedadminrelationship-list-operations__1_response": _GDAP_HISTORY,
    "beta__delegatedadminrelationship-list-requests__1_response": _GDAP_HISTORY,
    "beta__delegatedadminrelationship-post-accessassignments__1_request": _WRITE,
    "beta__delegatedadminrelationship-post-accessassignments__2_response": _WRITE,
    "beta__delegatedadminrelationship-post-requests__1_request": _WRITE,
    "beta__delegatedadminrelationship-post-requests__2_response": _WRITE,
    "beta__delegatedadminrelationship-update__1_request": _WRITE,
    "beta__delegatedadminrelationship-update__2_response": _WRITE,
    "beta__rbacapplicationmultiple-list-roleassignments-cloudpc__response": _CLOUD_PC,
    "beta__tenantgovernance-governancerequest__response": _GOVERNANCE,
    "beta__tenantgovernance-post-governancerequests__request": _WRITE,
    "beta__tenantrelationship-post-delegatedadminrelationships__1_request": _WRITE,
    "beta__tenantrelationship-post-delegatedadminrelationships__2_response": _WRITE,
    "community__mtoapi-activeincidentssummary__response": _DASHBOARD,
    "concepts__json-batching-dependson__request": _DEPENDS_ON,
    "concepts__json-batching__request": _REQUEST,
    "entra__device-code-token__response": _DEVICE_CODE,
    "partnercenter__customers-list__response": _PARTNER_CENTER,
    "v1.0__crosstenantaccesspolicy-post-partners__1_request": _WRITE,
    "v1.0__crosstenantaccesspolicy-post-partners__2_response": _WRITE,
    "v1.0__crosstenantaccesspolicyconfigurationdefault-update__1_request": _WRITE,
    "v1.0__crosstenantaccesspolicyconfigurationpartner-update-consent__request": _WRITE,
    "v1.0__crosstenantaccesspolicyconfigurationpartner-update__1_request": _WRITE,
    "v1.0__crosstenantidentitysyncpolicypartner-put__request": _WRITE,
    "v1.0__directoryobject-checkmembergroups__1_request": _WRITE,
    "v1.0__directoryobject-checkmembergroups__2_response": _CHECK_MEMBER,
    "v1.0__directoryobject-checkmembergroups__3_request": _WRITE,
    "v1.0__directoryobject-checkmembergroups__4_response": _CHECK_MEMBER,
    "v1.0__invitation-post__1_request": _WRITE,
    "v1.0__invitation-post__2_response": _WRITE,
    "v1.0__multitenantorganization-get-active__response": _ORGANIZATION,
    "v1.0__multitenantorganization-get-inactive__response": _ORGANIZATION,
    "v1.0__multitenantorganization-list-tenants__response": _ORGANIZATION,
    "v1.0__organization-get__1_response": _ONE_ORGANIZATION,
    "v1.0__security-runhuntingquery__request1": _WRITE,
    "v1.0__security-runhuntingquery__request2": _WRITE,
    "v1.0__security-runhuntingquery__response": _HUNTING,
    "v1.0__tenantgovernance-governancerelationship-update__request": _WRITE,
    "v1.0__tenantgovernance-governancerelationship-update__response": _WRITE,
    "v1.0__tenantgovernance-governancerequest-update__request": _WRITE,
    "v1.0__tenantgovernance-governancerequest-update__response": _WRITE,
    "v1.0__tenantgovernance-list-relatedtenants__response": _GOVERNANCE,
    "v1.0__tenantgovernance-post-governanceinvitations__request": _WRITE,
    "v1.0__tenantgovernance-post-governanceinvitations__response": _WRITE,
    "v1.0__tenantgovernance-post-governancepolicytemplates__request": _WRITE,
    "v1.0__tenantgovernance-post-governancepolicytemplates__response": _WRITE,
    "v1.0__tenantgovernance-post-governancerequests__request": _WRITE,
    "v1.0__tenantgovernance-post-governancerequests__response": _WRITE,
    "v1.0__tenantgovernance-setting-update__request": _WRITE,
    "v1.0__tenantgovernance-setting__response": _GOVERNANCE,
    "v1.0__tenantrelationship-findtenantinformationbytenantid__response": _FIND_TENANT,
    "v1.0__tenantrelationship-post-delegatedadminrelationships__request": _WRITE,
}
