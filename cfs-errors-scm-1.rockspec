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
    homepage = "https://github.com/cfs-errors/cfs-errors",
    issues_url = "https://github.com/cfs-errors/cfs-errors/issues",
    license = "MIT",
    labels = { "errors", "http", "json", "openresty" },
}

dependencies = {
    "lua >= 5.1, < 5.6",
    "lua-cjson",
    "argparse", -- of the command alone
}

build = {
    type = "builtin",
    modules = {
        ["apisix.plugins.cfs-errors"] = "lua/apisix/plugins/cfs-errors.lua",
        ["cfs.errors"] = "lua/cfs/errors.lua",
        ["cfs.errors.base.misuse"] = "lua/cfs/errors/base/misuse.lua",
        ["cfs.errors.base.state"] = "lua/cfs/errors/base/state.lua",
        ["cfs.errors.base.suggest"] = "lua/cfs/errors/base/suggest.lua",
        ["cfs.errors.base.text"] = "lua/cfs/errors/base/text.lua",
        ["cfs.errors.base.version"] = "lua/cfs/errors/base/version.lua",
        ["cfs.errors.catalogue.extend"] = "lua/cfs/errors/catalogue/extend.lua",
        ["cfs.errors.catalogue.kind"] = "lua/cfs/errors/catalogue/kind.lua",
        ["cfs.errors.catalogue.names"] = "lua/cfs/errors/catalogue/names.lua",
        ["cfs.errors.catalogue.status"] = "lua/cfs/errors/catalogue/status.lua",
        ["cfs.errors.catalogue.template"] = "lua/cfs/errors/catalogue/template.lua",
        ["cfs.errors.catalogue.words"] = "lua/cfs/errors/catalogue/words.lua",
        ["cfs.errors.explain"] = "lua/cfs/errors/explain.lua",
        ["cfs.errors.explain.clean"] = "lua/cfs/errors/explain/clean.lua",
        ["cfs.errors.explain.columns"] = "lua/cfs/errors/explain/columns.lua",
        ["cfs.errors.explain.fields"] = "lua/cfs/errors/explain/fields.lua",
        ["cfs.errors.explain.guide"] = "lua/cfs/errors/explain/guide.lua",
        ["cfs.errors.explain.json"] = "lua/cfs/errors/explain/json.lua",
        ["cfs.errors.explain.judge"] = "lua/cfs/errors/explain/judge.lua",
        ["cfs.errors.explain.language"] = "lua/cfs/errors/explain/language.lua",
        ["cfs.errors.explain.lists"] = "lua/cfs/errors/explain/lists.lua",
        ["cfs.errors.explain.mentions"] = "lua/cfs/errors/explain/mentions.lua",
        ["cfs.errors.explain.paste"] = "lua/cfs/errors/explain/paste.lua",
        ["cfs.errors.explain.render"] = "lua/cfs/errors/explain/render.lua",
        ["cfs.errors.explain.search"] = "lua/cfs/errors/explain/search.lua",
        ["cfs.errors.explain.subject"] = "lua/cfs/errors/explain/subject.lua",
        ["cfs.errors.explain.version"] = "lua/cfs/errors/explain/version.lua",
        ["cfs.errors.import"] = "lua/cfs/errors/import.lua",
        ["cfs.errors.import.page"] = "lua/cfs/errors/import/page.lua",
        ["cfs.errors.nginx"] = "lua/cfs/errors/nginx.lua",
        ["cfs.errors.nginx.handler"] = "lua/cfs/errors/nginx/handler.lua",
        ["cfs.errors.nginx.headers"] = "lua/cfs/errors/nginx/headers.lua",
        ["cfs.errors.nginx.metrics"] = "lua/cfs/errors/nginx/metrics.lua",
        ["cfs.errors.nginx.options"] = "lua/cfs/errors/nginx/options.lua",
        ["cfs.errors.nginx.plugin"] = "lua/cfs/errors/nginx/plugin.lua",
        ["cfs.errors.nginx.record"] = "lua/cfs/errors/nginx/record.lua",
        ["cfs.errors.nginx.relay"] = "lua/cfs/errors/nginx/relay.lua",
        ["cfs.errors.nginx.send"] = "lua/cfs/errors/nginx/send.lua",
        ["cfs.errors.object.kept"] = "lua/cfs/errors/object/kept.lua",
        ["cfs.errors.object.make"] = "lua/cfs/errors/object/make.lua",
        ["cfs.errors.object.match"] = "lua/cfs/errors/object/match.lua",
        ["cfs.errors.object.raise"] = "lua/cfs/errors/object/raise.lua",
        ["cfs.errors.retry"] = "lua/cfs/errors/retry.lua",
        ["cfs.errors.retry.advice"] = "lua/cfs/errors/retry/advice.lua",
        ["cfs.errors.retry.budget"] = "lua/cfs/errors/retry/budget.lua",
        ["cfs.errors.services"] = "lua/cfs/errors/services.lua",
        ["cfs.errors.show.later"] = "lua/cfs/errors/show/later.lua",
        ["cfs.errors.show.line"] = "lua/cfs/errors/show/line.lua",
        ["cfs.errors.show.log"] = "lua/cfs/errors/show/log.lua",
        ["cfs.errors.show.passing"] = "lua/cfs/errors/show/passing.lua",
        ["cfs.errors.show.respond"] = "lua/cfs/errors/show/respond.lua",
        ["cfs.errors.testing"] = "lua/cfs/errors/testing.lua",
        ["cfs.errors.testing.broken"] = "lua/cfs/errors/testing/broken.lua",
        ["cfs.errors.wire.body"] = "lua/cfs/errors/wire/body.lua",
        ["cfs.errors.wire.date"] = "lua/cfs/errors/wire/date.lua",
        ["cfs.errors.wire.envelope"] = "lua/cfs/errors/wire/envelope.lua",
        ["cfs.errors.wire.envelope_ffi"] = "lua/cfs/errors/wire/envelope_ffi.lua",
        ["cfs.errors.wire.headers"] = "lua/cfs/errors/wire/headers.lua",
        ["cfs.errors.wire.receive"] = "lua/cfs/errors/wire/receive.lua",
        ["cfs.errors.wire.transport"] = "lua/cfs/errors/wire/transport.lua",
        ["kong.plugins.cfs-errors.handler"] = "lua/kong/plugins/cfs-errors/handler.lua",
        ["kong.plugins.cfs-errors.schema"] = "lua/kong/plugins/cfs-errors/schema.lua",
        ["cfs.errors.core"] = {
            sources = { "src/catalogue.c", "src/envelope.c", "src/lua_core.c", "src/utf8.c", "src/words.c" },
            incdirs = { "src" },
        },
    },
    install = { bin = { "bin/cfs-errors" }, conf = { "LICENSE", "CHANGELOG.md" } },
    copy_directories = { "docs", "types" },
}

test = {
    type = "command",
    command = "make test",
}
