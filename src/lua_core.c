/*
** The module cfs.errors.core: the catalogue and the envelope as Lua sees them. What is done with
** them is written in Lua, in lua/cfs/errors.
*/
#include "catalogue.h"
#include "envelope.h"
#include "utf8.h"

#include <lauxlib.h>
#include <lua.h>

#include <stdio.h>

/* {=================================================================
** Lua 5.1 (and LuaJIT) to 5.4
** ================================================================== */

#if LUA_VERSION_NUM < 502 && !defined(luaL_newlib) /* LuaJIT has it */
#define luaL_newlib(L, functions)                                                                  \
    (lua_createtable(L, 0, (int)(sizeof(functions) / sizeof((functions)[0]))),                     \
     luaL_register(L, NULL, functions))
#endif

#if defined(_WIN32)
#define CFS_EXPORT __declspec(dllexport)
#elif defined(__GNUC__)
#define CFS_EXPORT __attribute__((visibility("default")))
#else
#define CFS_EXPORT
#endif

/* }=============================================================== */

/* Up to this size a text is put together on the C stack, else in a userdata. */
#define BUFFER_SIZE 512

/* Where the registry keeps the table `core.state`. */
#define STATE_KEY "cfs.errors"

/* The string at this stack index; numbers are refused, as they would be converted in place. */
static cfs_bytes check_string(lua_State *L, int index)
{
    cfs_bytes bytes;
    luaL_checktype(L, index, LUA_TSTRING);
    bytes.at = lua_tolstring(L, index, &bytes.length);
    return bytes;
}

/* The same, or nothing where there is nil or no argument. */
static cfs_bytes optional_string(lua_State *L, int index)
{
    cfs_bytes none = {NULL, 0};
    return lua_isnoneornil(L, index) ? none : check_string(L, index);
}

/*
** A place for `size` bytes: `buffer`, of BUFFER_SIZE, if they fit, else a new userdata. Either way
** one value is pushed, to be replaced by the result.
*/
static char *push_place(lua_State *L, char *buffer, size_t size)
{
    if (size > BUFFER_SIZE)
        return lua_newuserdata(L, size);
    lua_pushnil(L);
    return buffer;
}

static void replace_place(lua_State *L, const char *place, size_t size)
{
    lua_pushlstring(L, place, size);
    lua_replace(L, -2);
}

/* Pushes a text of the envelope; nil if it is absent. */
static void push_text(lua_State *L, const cfs_text *text)
{
    char buffer[BUFFER_SIZE], *place;
    if (text->source == NULL) {
        lua_pushnil(L);
    } else if (text->exact) {
        lua_pushlstring(L, text->source, text->length);
    } else {
        place = push_place(L, buffer, text->size);
        cfs_text_copy(text, place);
        replace_place(L, place, text->size);
    }
}

/* Pushes a count of bytes as a number: an integer where Lua has them. */
static void push_size(lua_State *L, size_t size)
{
#if LUA_VERSION_NUM >= 503
    lua_pushinteger(L, (lua_Integer)size);
#else
    lua_pushnumber(L, (lua_Number)size);
#endif
}

/* Pushes nil, "malformed JSON: expected ':' at byte 17", "malformed", 17. */
static int push_refusal(lua_State *L, enum cfs_what what, const cfs_refusal *refusal)
{
    char position[24];
    snprintf(position, sizeof position, "%zu", refusal->position);
    lua_pushnil(L);
    lua_pushfstring(L, "%s: %s at byte %s", cfs_what_phrase(what), refusal->reason, position);
    lua_pushstring(L, cfs_what_name(what));
    push_size(L, refusal->position);
    return 4;
}

/*
** read(body): code, message or nil, requestId or nil, whether there are other members; or nil, a
** reason, its token, its position.
*/
static int core_read(lua_State *L)
{
    cfs_bytes body = check_string(L, 1);
    cfs_envelope envelope;
    cfs_refusal refusal;
    enum cfs_what what = cfs_envelope_read(body.at, body.length, &envelope, &refusal);
    if (what != CFS_ENVELOPE)
        return push_refusal(L, what, &refusal);
    push_text(L, &envelope.code);
    push_text(L, &envelope.message);
    push_text(L, &envelope.request_id);
    lua_pushboolean(L, envelope.others);
    return 4;
}

/* write(requestId or nil, code or nil, message or nil): an envelope. */
static int core_write(lua_State *L)
{
    cfs_bytes request_id = optional_string(L, 1);
    cfs_bytes code = optional_string(L, 2);
    cfs_bytes message = optional_string(L, 3);
    char buffer[BUFFER_SIZE], *place = buffer;
    size_t size = cfs_envelope_write(request_id, code, message, buffer, sizeof buffer);
    if (size > sizeof buffer) {
        place = lua_newuserdata(L, size);
        cfs_envelope_write(request_id, code, message, place, size);
    }
    lua_pushlstring(L, place, size);
    return 1;
}

/* repair(bytes): the same in valid UTF-8. */
static int core_repair(lua_State *L)
{
    cfs_bytes bytes = check_string(L, 1);
    char buffer[BUFFER_SIZE], *place;
    bool valid;
    size_t size;
    luaL_argcheck(L, bytes.length <= SIZE_MAX / CFS_REPLACEMENT_SIZE, 1, "string too long");
    size = cfs_utf8_repair(bytes.at, bytes.length, NULL, &valid);
    if (valid) {
        lua_pushvalue(L, 1);
        return 1;
    }
    place = push_place(L, buffer, size);
    cfs_utf8_repair(bytes.at, bytes.length, place, &valid);
    replace_place(L, place, size);
    return 1;
}

static void set_string(lua_State *L, const char *name, const char *value)
{
    lua_pushstring(L, value);
    lua_setfield(L, -2, name);
}

/* Pushes an error of the catalogue as a new table. */
static void push_error(lua_State *L, const cfs_error *error)
{
    const cfs_advice *advice = error->advice;
    lua_createtable(L, 0, 12);
    set_string(L, "code", error->code);
    lua_pushinteger(L, error->status);
    lua_setfield(L, -2, "status");
    set_string(L, "reason", error->reason);
    set_string(L, "message", error->message);
    set_string(L, "description", error->description);
    set_string(L, "service", cfs_service_name(error->service));
    set_string(L, "fault", cfs_fault_name(advice->fault));
    set_string(L, "category", cfs_category_name(advice->category));
    set_string(L, "retry", cfs_retry_name(advice->retry));
    set_string(L, "canonical", cfs_canonical_name(advice->canonical));
    set_string(L, "remedy", advice->remedy);
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, "known");
}

/* catalogue(): a new list of a new table for each error, in the vendor's order. */
static int core_catalogue(lua_State *L)
{
    size_t index;
    lua_createtable(L, (int)cfs_count(), 0);
    for (index = 0; index < cfs_count(); index++) {
        push_error(L, cfs_at(index));
        lua_rawseti(L, -2, (int)index + 1);
    }
    return 1;
}

static void push_state(lua_State *L)
{
    lua_getfield(L, LUA_REGISTRYINDEX, STATE_KEY);
    if (lua_istable(L, -1))
        return;
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_setfield(L, LUA_REGISTRYINDEX, STATE_KEY);
}

CFS_EXPORT int luaopen_cfs_errors_core(lua_State *L);

/* The module; its `state` is one table for each Lua state, however often the module is loaded. */
CFS_EXPORT int luaopen_cfs_errors_core(lua_State *L)
{
    static const luaL_Reg functions[] = {{"read", core_read},
                                         {"write", core_write},
                                         {"repair", core_repair},
                                         {"catalogue", core_catalogue},
                                         {NULL, NULL}};
    luaL_newlib(L, functions);
    push_state(L);
    lua_setfield(L, -2, "state");
    return 1;
}
