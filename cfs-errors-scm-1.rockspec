rockspec_format = "3.0"
package = "cfs-errors"
version = "scm-1"

source = {
    url = "git+https://github.com/cfs-errors/cfs-errors.git",
    branch = "main",
}

description = {
    summary = "The errors of Baidu AI Cloud's file storage (CFS), native to Lua",
    detailed = [[
Reads the error envelopes of CFS, knows every code that the vendor documents, and makes Lua errors of
them that can be raised, matched, explained and rendered.]],
    license = "MIT",
    labels = { "errors", "http", "json", "openresty" },
}

dependencies = {
    "lua >= 5.1, < 5.6",
    "lua-cjson",
}

build = {
    type = "builtin",
    modules = {
        ["cfs.errors"] = "lua/cfs/errors.lua",
        ["cfs.errors.advice"] = "lua/cfs/errors/advice.lua",
        ["cfs.errors.arguments"] = "lua/cfs/errors/arguments.lua",
        ["cfs.errors.broken"] = "lua/cfs/errors/broken.lua",
        ["cfs.errors.core"] = {
            sources = { "src/lua_core.c", "src/catalogue.c", "src/envelope.c", "src/utf8.c" },
            incdirs = { "src" },
        },
        ["cfs.errors.envelope"] = "lua/cfs/errors/envelope.lua",
        ["cfs.errors.explain"] = "lua/cfs/errors/explain.lua",
        ["cfs.errors.extend"] = "lua/cfs/errors/extend.lua",
        ["cfs.errors.guide"] = "lua/cfs/errors/guide.lua",
        ["cfs.errors.headers"] = "lua/cfs/errors/headers.lua",
        ["cfs.errors.hosts"] = "lua/cfs/errors/hosts.lua",
        ["cfs.errors.http_date"] = "lua/cfs/errors/http_date.lua",
        ["cfs.errors.jit"] = "lua/cfs/errors/jit.lua",
        ["cfs.errors.kind"] = "lua/cfs/errors/kind.lua",
        ["cfs.errors.match"] = "lua/cfs/errors/match.lua",
        ["cfs.errors.nginx"] = "lua/cfs/errors/nginx.lua",
        ["cfs.errors.nginx.answer"] = "lua/cfs/errors/nginx/answer.lua",
        ["cfs.errors.nginx.metrics"] = "lua/cfs/errors/nginx/metrics.lua",
        ["cfs.errors.nginx.relay"] = "lua/cfs/errors/nginx/relay.lua",
        ["cfs.errors.object"] = "lua/cfs/errors/object.lua",
        ["cfs.errors.raise"] = "lua/cfs/errors/raise.lua",
        ["cfs.errors.render"] = "lua/cfs/errors/render.lua",
        ["cfs.errors.response"] = "lua/cfs/errors/response.lua",
        ["cfs.errors.retry"] = "lua/cfs/errors/retry.lua",
        ["cfs.errors.state"] = "lua/cfs/errors/state.lua",
        ["cfs.errors.status"] = "lua/cfs/errors/status.lua",
        ["cfs.errors.suggest"] = "lua/cfs/errors/suggest.lua",
        ["cfs.errors.template"] = "lua/cfs/errors/template.lua",
        ["cfs.errors.testing"] = "lua/cfs/errors/testing.lua",
        ["cfs.errors.text"] = "lua/cfs/errors/text.lua",
        ["cfs.errors.transcript"] = "lua/cfs/errors/transcript.lua",
    },
    copy_directories = { "docs", "types" },
}

test = {
    type = "command",
    command = "make test",
}
