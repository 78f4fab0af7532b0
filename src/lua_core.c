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
#include <string.h>

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

/* What the functions that make or read errors have as upvalues. */
enum {
    KEY_CODE = 1, /* the strings "code", "message" and "requestId" */
    KEY_MESSAGE,
    KEY_REQUEST_ID,
    METATABLES,        /* core.state.metatables */
    UNKNOWN_METATABLE, /* core.state.metatables[false] */
    SIDE,              /* core.state.side */
    UPVALUES = SIDE
};

/* What the metatable of a catalogue's kind has: its code and, without parameters, its message. */
enum { METATABLE_CODE = 1, METATABLE_MESSAGE };

/* Pushes a message: the kind's own string, if it is the same, spares Lua a new one. */
static void push_message(lua_State *L, const cfs_text *text, int metatable)
{
    cfs_bytes known;
    lua_rawgeti(L, metatable, METATABLE_MESSAGE);
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
    lua_rawset(L, lua_upvalueindex(SIDE));
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
    lua_pushvalue(L, lua_upvalueindex(KEY_CODE));
    lua_pushvalue(L, -2);
    lua_rawset(L, error);
    lua_rawget(L, lua_upvalueindex(METATABLES)); /* takes the code's place */
    is_known = !lua_isnil(L, metatable);
    if (envelope.message.source != NULL) {
        lua_pushvalue(L, lua_upvalueindex(KEY_MESSAGE));
        if (is_known)
            push_message(L, &envelope.message, metatable);
        else
            push_text(L, &envelope.message);
        lua_rawset(L, error);
    }
    if (envelope.request_id.source != NULL) {
        lua_pushvalue(L, lua_upvalueindex(KEY_REQUEST_ID));
        push_text(L, &envelope.request_id);
        lua_rawset(L, error);
    }
    if (!is_known)
        lua_pushvalue(L, lua_upvalueindex(UNKNOWN_METATABLE));
    lua_setmetatable(L, error);
    if (envelope.has_others)
        keep_document(L, error);
    lua_settop(L, error);
    return 1;
}

/* Copies the fields at index 2 into the error on top; false if there is any but the plain ones. */
static bool copy_fields(lua_State *L)
{
    int error = lua_gettop(L);
    lua_pushnil(L);
    while (lua_next(L, 2) != 0) {
        bool is_plain = lua_rawequal(L, -2, lua_upvalueindex(KEY_REQUEST_ID)) ||
                        lua_rawequal(L, -2, lua_upvalueindex(KEY_MESSAGE));
        if (!is_plain || lua_type(L, -1) != LUA_TSTRING)
            return false;
        lua_pushvalue(L, -2);
        lua_insert(L, -2); /* key, key, value */
        lua_rawset(L, error);
    }
    return true;
}

/*
** Pushes a new error of the kind whose code is, or which is itself, at index 1, with the fields at
** index 2; false if that takes more than to copy them.
*/
static bool push_plain_error(lua_State *L)
{
    int fields = lua_type(L, 2);
    lua_pushvalue(L, 1);
    lua_rawget(L, lua_upvalueindex(METATABLES));
    if (!lua_istable(L, 3) || (fields != LUA_TNIL && fields != LUA_TTABLE))
        return false;
    lua_rawgeti(L, 3, METATABLE_MESSAGE);
    if (lua_isnil(L, 4))
        return false;
    lua_createtable(L, 0, 3);
    lua_pushvalue(L, lua_upvalueindex(KEY_CODE));
    lua_rawgeti(L, 3, METATABLE_CODE);
    lua_rawset(L, 5);
    lua_pushvalue(L, lua_upvalueindex(KEY_MESSAGE));
    lua_pushvalue(L, 4);
    lua_rawset(L, 5);
    if (fields == LUA_TTABLE && !copy_fields(L))
        return false;
    lua_pushvalue(L, 3);
    lua_setmetatable(L, 5);
    return true;
}

/*
** raise(target, fields): raises. What takes more than to copy fields is left to the Lua function
** that is the last upvalue: it raises, too, so that nothing ever returns or yields through here.
*/
static int core_raise(lua_State *L)
{
    lua_settop(L, 2);
    if (!push_plain_error(L)) {
        lua_settop(L, 2);
        lua_pushvalue(L, lua_upvalueindex(UPVALUES + 1));
        lua_insert(L, 1);
        lua_call(L, 2, 1);
    }
    return lua_error(L);
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
    else if (!lua_isnil(L, -1))
        luaL_error(L, "field '%s' of the error must be a string, got %s",
                   lua_tostring(L, lua_upvalueindex(key)), luaL_typename(L, -1));
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

/* Pushes core.state: one table for each Lua state, however often the module is loaded. */
static void push_state(lua_State *L)
{
    lua_getfield(L, LUA_REGISTRYINDEX, STATE_KEY);
    if (lua_istable(L, -1))
        return;
    lua_pop(L, 1);
    lua_newtable(L);
    lua_newtable(L); /* metatables, with an empty one for errors of which nothing is known */
    lua_pushboolean(L, 0);
    lua_newtable(L);
    lua_rawset(L, -3);
    lua_setfield(L, -2, "metatables");
    lua_newtable(L); /* side, whose keys are weak */
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "k");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_setfield(L, -2, "side");
    lua_pushvalue(L, -1);
    lua_setfield(L, LUA_REGISTRYINDEX, STATE_KEY);
}

/* Pushes what the functions that make errors have as upvalues. */
static void push_upvalues(lua_State *L)
{
    int state;
    push_state(L);
    state = lua_gettop(L);
    lua_pushliteral(L, "code");
    lua_pushliteral(L, "message");
    lua_pushliteral(L, "requestId");
    lua_getfield(L, state, "metatables");
    lua_pushboolean(L, 0);
    lua_rawget(L, -2);
    lua_getfield(L, state, "side");
    lua_remove(L, state);
}

/* raiser(otherwise): the function that core_raise describes. */
static int core_raiser(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TFUNCTION);
    push_upvalues(L);
    lua_pushvalue(L, 1);
    lua_pushcclosure(L, core_raise, UPVALUES + 1);
    return 1;
}

static void set_closure(lua_State *L, const char *name, lua_CFunction function)
{
    push_upvalues(L);
    lua_pushcclosure(L, function, UPVALUES);
    lua_setfield(L, -2, name);
}

/* What cfs.errors.jit calls by LuaJIT's FFI; its own declaration must be the same. */
struct calls {
    enum cfs_what (*read)(const char *body, size_t length, cfs_envelope *envelope,
                          cfs_refusal *refusal, char *out, size_t capacity);
    size_t envelope_size, refusal_size;
};

/* Pushes it as a userdata: not all addresses fit a light one in LuaJIT. */
static void push_calls(lua_State *L)
{
    struct calls *calls = lua_newuserdata(L, sizeof *calls);
    calls->read = cfs_envelope_read_texts;
    calls->envelope_size = sizeof(cfs_envelope);
    calls->refusal_size = sizeof(cfs_refusal);
}

CFS_EXPORT int luaopen_cfs_errors_core(lua_State *L);

/* The module. */
CFS_EXPORT int luaopen_cfs_errors_core(lua_State *L)
{
    static const luaL_Reg functions[] = {{"raiser", core_raiser},
                                         {"write", core_write},
                                         {"repair", core_repair},
                                         {"catalogue", core_catalogue},
                                         {NULL, NULL}};
    luaL_newlib(L, functions);
    set_closure(L, "parse", core_parse);
    set_closure(L, "to_json", core_to_json);
    push_calls(L);
    lua_setfield(L, -2, "calls");
    push_state(L);
    lua_setfield(L, -2, "state");
    return 1;
}
