/*
** faults: what happens when memory runs out. In each scenario each allocation in turn fails: once,
** then for good. Every time the call must end in an error or with its right result; afterwards the
** same call must give that result, and the memory in use must be what it was. The allocator counts,
** so that a byte lost is seen when the state is closed.
*/
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if LUA_VERSION_NUM < 502
#define LUA_OK 0
#endif

#define CHECK(condition)                                                                           \
    ((condition) ? (void)0                                                                         \
                 : (fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition), abort()))

#include "nothing.h"

int luaopen_cfs_errors_core(lua_State *L);

struct heap {
    size_t used;
    size_t countdown; /* the allocation that fails; 0: none does */
    bool for_good, failed;
};

/* What stands before each block. Its size is kept there, as LuaJIT tells a wrong one at times. */
union header {
    size_t size;
    long double align;
};

static void *allocate(void *data, void *place, size_t old_size, size_t new_size)
{
    struct heap *heap = data;
    union header *old = place == NULL ? NULL : (union header *)place - 1, *moved = NULL;
    size_t had = old == NULL ? 0 : old->size;
    (void)old_size;
    if (new_size > had && heap->countdown > 0 && --heap->countdown == 0) {
        heap->failed = true;
        heap->countdown = heap->for_good;
        return NULL;
    }
    if (new_size > 0) { /* always elsewhere, so that the old place is not used again unnoticed */
        moved = malloc(sizeof *moved + new_size);
        CHECK(moved != NULL);
        moved->size = new_size;
        if (old != NULL)
            memcpy(moved + 1, place, had < new_size ? had : new_size);
    }
    free(old);
    heap->used += new_size - had;
    return moved == NULL ? NULL : moved + 1;
}

static lua_State *new_state(struct heap *heap)
{
    lua_State *L;
    memset(heap, 0, sizeof *heap);
    L = lua_newstate(allocate, heap);
    CHECK(L != NULL);
    luaL_openlibs(L);
    /* LuaJIT allocates for traces at any time, and leaks if memory runs out while the FFI loads */
    (void)luaL_dostring(L, "if jit then jit.off() require 'ffi' end");
    lua_getglobal(L, "package");
    lua_getfield(L, -1, "preload");
    lua_pushcfunction(L, luaopen_cfs_errors_core);
    lua_setfield(L, -2, "cfs.errors.core");
    lua_settop(L, 0);
    return L;
}

/* Each returns a text that tells whether it went well. */
static const struct scenario {
    const char *name;
    bool fresh; /* it needs a new state each time */
    bool loads; /* it loads the library itself */
    const char *code;
} scenarios[] = {
    {"load", true, true,
     "for name, module in pairs(package.loaded) do\n" /* Lua 5.1 marks what failed to load */
     "    if name:find '^cfs' and type(module) ~= 'table' then package.loaded[name] = nil end\n"
     "end\n"
     "local errors, count = require 'cfs.errors', 0\n"
     "for kind in errors.each() do count = count + 1 end\n"
     "local bos = errors.service('bos', { { code = 'NoSuchBucket', status = 404, message = 'm' } "
     "})\n"
     "count = count .. bos.NoSuchBucket.service .. "
     "bos.parse('{\"code\":\"NoSuchBucket\"}').status\n"
     "count = count .. errors.parse('{\"code\":\"BadGateway\"}').category\n"
     "return errors.RateLimit.code .. count .. tostring(errors.RateLimit { host = 'h' })"},
    {"parse", false, false,
     "local errors = ...\n"
     "local err = errors.parse('{\"requestId\":\"r\",\"code\":\"Rate\\\\u004cimit\",\"x\":1,'\n"
     "    .. '\"message\":\"' .. ('\\255<'):rep(400) .. '\"}')\n"
     "return err.code .. err.requestId .. err.status .. #err.message .. err.retry"},
    {"parse an unknown code", false, false,
     "local errors = ...\n"
     "local err = errors.parse('{\"code\":\"NoSuchKey\",\"message\":\"plain\"}')\n"
     "return err.code .. err.message .. err.category"},
    {"refuse", false, false,
     "local errors = ...\n"
     "local _, reason, what, position = errors.parse('{\"code\" 1')\n"
     "return reason .. what .. position"},
    {"from_response", false, false,
     "local errors = ...\n"
     "local err = errors.from_response { status = 503, body = '{\"code\":\"RateLimit\"}',\n"
     "    headers = { ['X-Bce-Request-Id'] = '\\255' } }\n"
     "return err.code .. err.status .. err.requestId .. tostring(err)"},
    {"from_response without an envelope", false, false,
     "local errors = ...\n"
     "local err = errors.from_response { status = 502, body = ('<\\255>'):rep(400),\n"
     "    headers = { ['x-bce-request-id'] = ('\\255'):rep(600) } }\n"
     "return err.status .. #err.requestId .. err:origin()"},
    {"construct", false, false,
     "local errors = ...\n"
     "local err = errors.new('RateLimit', { host = 'h', requestId = 'r', cause = 'c' })\n"
     "return err.message .. err:cause() .. err.requestId"},
    {"raise", false, false,
     "local errors = ...\n"
     "local good, err = pcall(errors.raise, 'InstanceNotFound', { requestId = 'r' })\n"
     "if type(err) == 'string' then error(err, 0) end\n" /* not enough memory */
     "return tostring(good) .. tostring(err) .. tostring(errors.is(err, 'not_found'))"},
    {"extend", true, false, /* all of its rows are there afterwards, or none */
     "local errors, rows, count, known = ..., {}, 0, 0\n"
     "for kind in errors.each() do count = count + 1 end\n"
     "for index = 1, 40 do\n"
     "    rows[index] = { code = 'Mine' .. index, status = 400 + index, message = 'No {what}',\n"
     "        category = 'own_' .. ('x'):rep(index) }\n"
     "    if errors.catalogue[rows[index].code] then known = known + 1 end\n"
     "end\n"
     "if count - 48 ~= known or known % 40 ~= 0 then error(count .. ' kinds') end\n"
     "errors.extend(rows)\n"
     "count = 0\n"
     "for kind in errors.each() do count = count + 1 end\n"
     "for index = 1, 40 do\n"
     "    local err = errors.parse('{\"code\":\"Mine' .. index .. '\",\"message\":\"No m\"}')\n"
     "    if err:is(errors['Mine' .. index]) and err:is('own_' .. ('x'):rep(index))\n"
     "        and err:params().what == 'm' then known = known + 1 end\n"
     "end\n"
     "return count .. ' ' .. known % 40"},
    {"to_json", false, false,
     "local errors = ...\n"
     "local err = errors.new('RateLimit', { host = '<' .. ('\\255'):rep(600), requestId = 'r' })\n"
     "return err:to_json()"},
};

/* Loads the scenario's function, with the library as its argument. */
static void push_scenario(lua_State *L, const struct scenario *scenario)
{
    int status = luaL_loadstring(L, scenario->code);
    CHECK(status == LUA_OK);
    if (scenario->loads)
        return;
    lua_getglobal(L, "require");
    lua_pushliteral(L, "cfs.errors");
    lua_call(L, 1, 1);
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
}

/* Calls it; its result, or its error, is on the top of the stack. */
static int call(lua_State *L, const struct scenario *scenario)
{
    lua_settop(L, scenario->loads ? 1 : 2);
    lua_pushvalue(L, 1);
    if (!scenario->loads)
        lua_pushvalue(L, 2);
    return lua_pcall(L, scenario->loads ? 0 : 1, 1, 0);
}

static void check_result(lua_State *L, const char *expected)
{
    const char *result = lua_tostring(L, -1);
    if (result == NULL || strcmp(result, expected) != 0) {
        fprintf(stderr, "expected %s, got %s\n", expected, result == NULL ? "nothing" : result);
        abort();
    }
}

/* What the memory in use comes to, everything collected that can be. */
static size_t settle(lua_State *L, struct heap *heap)
{
    int round;
    lua_settop(L, 2);
    for (round = 0; round < 3; round++)
        lua_gc(L, LUA_GCCOLLECT, 0);
    return heap->used;
}

/* Lets the n-th allocation fail. Returns whether there was one. */
static bool fail(lua_State *L, struct heap *heap, const struct scenario *scenario, size_t n,
                 bool for_good, const char *expected)
{
    int status;
    heap->for_good = for_good;
    heap->failed = false;
    heap->countdown = n;
    status = call(L, scenario);
    heap->countdown = 0;
    if (status == LUA_OK)
        check_result(L, expected);
    else
        CHECK(heap->failed);
    status = call(L, scenario);
    if (status != LUA_OK)
        fprintf(stderr, "%s: %s\n", scenario->name, lua_tostring(L, -1));
    CHECK(status == LUA_OK);
    check_result(L, expected);
    return heap->failed;
}

static size_t run_fresh(const struct scenario *scenario, bool for_good, const char *expected,
                        size_t stride)
{
    size_t n, failures = 0;
    for (n = 1;; n += stride) {
        struct heap heap;
        lua_State *L = new_state(&heap);
        bool failed;
        push_scenario(L, scenario);
        failed = fail(L, &heap, scenario, n, for_good, expected);
        lua_close(L);
        CHECK(heap.used == 0);
        if (!failed)
            return failures;
        failures++;
    }
}

static size_t run_again(const struct scenario *scenario, bool for_good, const char *expected)
{
    struct heap heap;
    lua_State *L = new_state(&heap);
    size_t n, before, after;
    push_scenario(L, scenario);
    for (n = 0; n < 20; n++) /* until tables and the string table have grown */
        CHECK(call(L, scenario) == LUA_OK);
    before = settle(L, &heap);
    for (n = 1; fail(L, &heap, scenario, n, for_good, expected); n++)
        ;
    after = settle(L, &heap);
    if (after > before + 1024)
        fprintf(stderr, "%s: %zu bytes, then %zu\n", scenario->name, before, after);
    CHECK(after <= before + 1024); /* a collection of its own keeps no more than a few strings */
    lua_close(L);
    CHECK(heap.used == 0);
    return n - 1;
}

static size_t run(const struct scenario *scenario, size_t stride)
{
    struct heap heap;
    lua_State *L = new_state(&heap);
    char expected[4096];
    size_t failures = 0;
    int mode;
    push_scenario(L, scenario);
    if (call(L, scenario) != LUA_OK)
        fprintf(stderr, "%s: %s\n", scenario->name, lua_tostring(L, -1));
    CHECK(lua_type(L, -1) == LUA_TSTRING && strlen(lua_tostring(L, -1)) < sizeof expected);
    strcpy(expected, lua_tostring(L, -1));
    lua_close(L);
    for (mode = 0; mode < 2; mode++)
        failures += scenario->fresh ? run_fresh(scenario, mode == 1, expected, stride)
                                    : run_again(scenario, mode == 1, expected);
    printf("%s: %zu failures\n", scenario->name, failures);
    return failures;
}

int main(int count, char **arguments)
{
    size_t index, failures = 0, stride = count > 1 ? strtoul(arguments[1], NULL, 10) : 1;
    check_nothing(); /* here as the sanitizers watch */
    for (index = 0; index < sizeof scenarios / sizeof scenarios[0]; index++)
        if (count < 3 || strcmp(arguments[2], scenarios[index].name) == 0)
            failures += run(&scenarios[index], stride);
    printf("faults: %zu allocations failed, no crash, no leak\n", failures);
    return 0;
}
