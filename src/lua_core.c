/*
** The module cfs.errors.core: the catalogue and the envelope as Lua sees them. What is done with
** them is written in Lua, in lua/cfs/errors.
*/
#include "catalogue.h"
#include "cfs.h"
#include "envelope.h"
#include "utf8.h"

#include <lauxlib.h>
#include <lua.h>

#include <stdio.h>
#include <string.h>

/* {=================================================================
** Lua 5.1 (and LuaJIT) to 5.4
** ================================================================== */

#if LUA_VERSION_NUM < 502
#undef luaL_newlib /* LuaJIT's needs a function that Lua 5.1 lacks, and one file serves both */
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

/* Where the registry keeps the table `core.state`: other versions have other tables. */
#define STATE_KEY "cfs.errors " CFS_VERSION

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

/* Pushes a text of the envelope that is there. */
static void push_text(lua_State *L, const cfs_text *text)
{
    char buffer[BUFFER_SIZE], *place;
    if (text->exact) {
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
    (void)snprintf(position, sizeof position, "%zu", refusal->position);
    lua_pushnil(L);
    lua_pushfstring(L, "%s: %s at byte %s", cfs_what_phrase(what), refusal->reason, position);
    lua_pushstring(L, cfs_what_name(what));
    push_size(L, refusal->position);
    return 4;
}

/* The upvalues of the functions that make or read errors. */
enum {
    KEY_CODE = 1, /* the strings "code", "message" and "requestId" */
    KEY_MESSAGE,
    KEY_REQUEST_ID,
    KEY_COUNT = KEY_REQUEST_ID,
    METATABLES, /* the rest is for core_parse: see core_reader */
    UNKNOWN_METATABLE,
    KEPT,
    UPVALUE_COUNT = KEPT
};

/* Sets a member of the error at `error` to the value on top, which is popped. */
static void set_member(lua_State *L, int error, int key)
{
    lua_pushvalue(L, lua_upvalueindex(key));
    lua_insert(L, -2);
    lua_rawset(L, error);
}

/* Pushes the message of the kind to which the metatable's errors belong; nil if it has none. */
static void push_kinds_message(lua_State *L, int metatable)
{
    lua_pushliteral(L, "__index");
    lua_rawget(L, metatable);
    if (!lua_istable(L, -1))
        return;
    lua_pushvalue(L, lua_upvalueindex(KEY_MESSAGE));
    lua_rawget(L, -2);
    lua_remove(L, -2);
}

/* Pushes a message: the kind's own string, if it is the same, spares Lua a new one. */
static void push_message(lua_State *L, const cfs_text *text, int metatable)
{
    cfs_bytes known = {NULL, 0};
    push_kinds_message(L, metatable);
    if (lua_type(L, -1) == LUA_TSTRING)
        known.at = lua_tolstring(L, -1, &known.length);
    if (known.at != NULL && text->exact && text->length == known.length &&
        memcmp(text->source, known.at, known.length) == 0)
        return;
    lua_pop(L, 1);
    push_text(L, text);
}

/* Notes beside an error that its body, at index 1, has more members. */
static void keep_document(lua_State *L, int error)
{
    lua_pushvalue(L, error);
    lua_createtable(L, 0, 1);
    lua_pushvalue(L, 1);
    lua_setfield(L, -2, "document");
    lua_rawset(L, lua_upvalueindex(KEPT));
}

/* parse(body): a new error; or nil, a reason, its token, its position. */
static int core_parse(lua_State *L)
{
    cfs_bytes body = check_string(L, 1);
    cfs_envelope envelope;
    cfs_refusal refusal;
    enum cfs_what what = cfs_envelope_read(body.at, body.length, &envelope, &refusal);
    int error = lua_gettop(L) + 1, metatable = error + 1;
    bool is_known;
    if (what != CFS_ENVELOPE)
        return push_refusal(L, what, &refusal);
    lua_createtable(L, 0, 3);
    push_text(L, &envelope.code);
    lua_pushvalue(L, -1);
    set_member(L, error, KEY_CODE);
    lua_rawget(L, lua_upvalueindex(METATABLES)); /* replaces the code by its errors' metatable */
    is_known = lua_istable(L, metatable);
    if (envelope.message.source != NULL) {
        if (is_known)
            push_message(L, &envelope.message, metatable);
        else
            push_text(L, &envelope.message);
        set_member(L, error, KEY_MESSAGE);
    }
    if (envelope.request_id.source != NULL) {
        push_text(L, &envelope.request_id);
        set_member(L, error, KEY_REQUEST_ID);
    }
    lua_pushvalue(L, is_known ? metatable : lua_upvalueindex(UNKNOWN_METATABLE));
    lua_setmetatable(L, error);
    if (envelope.others)
        keep_document(L, error);
    lua_settop(L, error);
    return 1;
}

static int push_envelope(lua_State *L, cfs_bytes request_id, cfs_bytes code, cfs_bytes message)
{
    char buffer[BUFFER_SIZE], *place = buffer;
    size_t size = cfs_envelope_write(request_id, code, message, buffer, sizeof buffer);
    if (size > sizeof buffer) {
        place = lua_newuserdata(L, size);
        cfs_envelope_write(request_id, code, message, place, size);
    }
    lua_pushlstring(L, place, size);
    return 1;
}

/* write(requestId or nil, code or nil, message or nil): an envelope. */
static int core_write(lua_State *L)
{
    cfs_bytes request_id = optional_string(L, 1);
    cfs_bytes code = optional_string(L, 2);
    cfs_bytes message = optional_string(L, 3);
    return push_envelope(L, request_id, code, message);
}

/* Pushes a member of the error at index 1. */
static cfs_bytes push_member(lua_State *L, int key)
{
    cfs_bytes bytes = {NULL, 0};
    lua_pushvalue(L, lua_upvalueindex(key));
    lua_rawget(L, 1);
    if (lua_type(L, -1) == LUA_TSTRING)
        bytes.at = lua_tolstring(L, -1, &bytes.length);
    else if (!lua_isnil(L, -1)) {
        luaL_where(L, 2); /* who called the method that calls this */
        lua_pushfstring(L, "field '%s' of the error must be a string, got %s",
                        lua_tostring(L, lua_upvalueindex(key)), luaL_typename(L, -2));
        lua_concat(L, 2);
        lua_error(L);
    }
    return bytes;
}

/* to_json(error): its envelope. */
static int core_to_json(lua_State *L)
{
    cfs_bytes request_id, code, message;
    luaL_checktype(L, 1, LUA_TTABLE);
    request_id = push_member(L, KEY_REQUEST_ID);
    code = push_member(L, KEY_CODE);
    message = push_member(L, KEY_MESSAGE);
    return push_envelope(L, request_id, code, message);
}

/* repair(bytes): the same in valid UTF-8. */
static int core_repair(lua_State *L)
{
    cfs_bytes bytes = check_string(L, 1);
    char buffer[BUFFER_SIZE], *place;
    bool valid;
    size_t size;
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

/* Pushes an error of the catalogue as a new table. */
static void push_error(lua_State *L, const cfs_error *error)
{
    const cfs_advice *advice = error->advice;
    const struct {
        const char *name, *value;
    } texts[] = {{"code", error->code},
                 {"reason", error->reason},
                 {"message", error->message},
                 {"description", error->description},
                 {"service", cfs_service_name(error->service)},
                 {"fault", cfs_fault_name(advice->fault)},
                 {"category", cfs_category_name(advice->category)},
                 {"retry", cfs_retry_name(advice->retry)},
                 {"canonical", cfs_canonical_name(advice->canonical)},
                 {"remedy", advice->remedy}};
    size_t index;
    lua_createtable(L, 0, 12);
    for (index = 0; index < sizeof texts / sizeof texts[0]; index++) {
        lua_pushstring(L, texts[index].value);
        lua_setfield(L, -2, texts[index].name);
    }
    lua_pushinteger(L, error->status);
    lua_setfield(L, -2, "status");
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

static void push_keys(lua_State *L)
{
    lua_pushliteral(L, "code");
    lua_pushliteral(L, "message");
    lua_pushliteral(L, "requestId");
}

/*
** reader(metatables, unknown, kept): the function `parse`. A new error gets the metatable that
** `metatables` has for its code, else `unknown`; `kept` gets what lies beside it.
*/
static int core_reader(lua_State *L)
{
    int index;
    for (index = 1; index <= 3; index++)
        luaL_checktype(L, index, LUA_TTABLE);
    lua_settop(L, 3);
    push_keys(L);
    for (index = 1; index <= 3; index++)
        lua_pushvalue(L, index);
    lua_pushcclosure(L, core_parse, UPVALUE_COUNT);
    return 1;
}

/* Pushes core.state: one table for each Lua state, however often the module is loaded. */
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

/* What cfs.errors.wire.envelope_ffi calls by LuaJIT's FFI; its own declaration must be the same. */
struct calls {
    enum cfs_what (*read)(const char *body, size_t length, cfs_envelope *envelope,
                          cfs_refusal *refusal);
    size_t envelope_size, refusal_size;
};

/* Pushes it as a userdata: not all addresses fit a light one in LuaJIT. */
static void push_calls(lua_State *L)
{
    struct calls *calls = lua_newuserdata(L, sizeof *calls);
    calls->read = cfs_envelope_read;
    calls->envelope_size = sizeof(cfs_envelope);
    calls->refusal_size = sizeof(cfs_refusal);
}

CFS_EXPORT int luaopen_cfs_errors_core(lua_State *L);

/* The module. */
CFS_EXPORT int luaopen_cfs_errors_core(lua_State *L)
{
    static const luaL_Reg functions[] = {{"reader", core_reader},
                                         {"write", core_write},
                                         {"repair", core_repair},
                                         {"catalogue", core_catalogue},
                                         {NULL, NULL}};
    luaL_newlib(L, functions);
    push_keys(L);
    lua_pushcclosure(L, core_to_json, KEY_COUNT);
    lua_setfield(L, -2, "to_json");
    push_calls(L);
    lua_setfield(L, -2, "calls");
    push_state(L);
    lua_setfield(L, -2, "state");
    lua_pushliteral(L, CFS_VERSION);
    lua_setfield(L, -2, "version");
    return 1;
}
