--- cfs-errors: the errors of Baidu AI Cloud's file storage (CFS), native to Lua.
---
---     local errors = require "cfs.errors"
---
--- This file lists names; each is documented where it is defined. CONTRIBUTING.md says what the folders are
--- for, and in which order they use one another. Later, only what cfs.errors.show.later has opens files.

local advice = require "cfs.errors.retry.advice"
local envelope = require "cfs.errors.wire.envelope"
local kind = require "cfs.errors.catalogue.kind"
local later = require "cfs.errors.show.later"
local line = require "cfs.errors.show.line"
local log = require "cfs.errors.show.log"
local make = require "cfs.errors.object.make"
local match = require "cfs.errors.object.match"
local names = require "cfs.errors.catalogue.names"
local raise = require "cfs.errors.object.raise"
local receive = require "cfs.errors.wire.receive"
local respond = require "cfs.errors.show.respond"
local state = require "cfs.errors.base.state"
local words = require "cfs.errors.catalogue.words"

---@class cfs.errors
local errors = {
    _VERSION = require "cfs.errors.base.version",
    catalogue = state.catalogue,
    categories = setmetatable(words.categories, { __tostring = later.shown_by "categories" }),
    retries = setmetatable(words.retries, { __tostring = later.shown_by "retries" }),
    each = kind.each,
    search = later.search, extend = later.extend, service = later.service, explain = later.explain,
    parse = envelope.parse, from_response = receive.from_response, check = receive.check,
    new = make.new, raise = raise.raise, pcall = raise.pcall, assert = raise.assert,
    is = match.is, find = match.find, match = match.match, matcher = match.matcher,
}

kind.define {
    methods = { -- err:is(...); kinds have them, too, for `raise` and `explain`
        kind = make.kind, cause = make.cause, traceback = make.traceback, origin = make.origin,
        body = make.body, transport = make.transport, params = make.params,
        status_differs = make.status_differs,
        raise = raise.raise, is = match.err_is, find = match.err_find,
        to_json = envelope.to_json, details = envelope.details, response = respond.response,
        to_log = log.to_log, to_table = log.to_table,
        explain = later.explain, advice = advice.advice, may_retry = advice.may_retry,
    },
    error_metatable = { __tostring = line.of, __concat = line.concat, __name = "cfs.error" },
    kind_metatable = {
        __index = state.methods, __call = make.call, __tostring = line.of_kind, __name = "cfs.kind",
    },
    list_metatable = { __tostring = later.shown_by "list" },
    catalogue_metatable = {
        __index = state.kinds, __newindex = names.refuse, __tostring = later.shown_by "catalogue",
    },
}

state.public = errors

return setmetatable(errors, {
    __index = names.finder(state), -- errors.InstanceNotFound
    __newindex = names.refuse,
    __tostring = later.shown_by "guide",
})
