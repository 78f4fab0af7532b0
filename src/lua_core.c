/*
** The module cfs.errors.core: the catalogue and the envelope as Lua sees them. What is done with
** them is written in Lua, in lua/cfs/errors.
*/
#include "catalogue.h"
#include "cfs.h"
#include "envelope.h"
#include "utf8.h"
#include "words.h"

#include <lauxlib.h>
#include <lua.h>

#include <string.h>

/* {=================================================================
** Lua 5.1 (and LuaJIT) to 5.5
** ================================================================== */

#if LUA_VERSION_NUM < 502
#undef luaL_newlib /* LuaJIT's calls a function that Lua 5.1 lacks; one file serves both */
#define luaL_newlib(L, functions)                                                                  \
    (lua_createtable(L, 0, (int)(sizeof(functions) / sizeof((functions)[0]))),                     \
     luaL_register(L, NULL, functions))
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

/* A place for `size` bytes: `buffer`, if they fit, else a new userdata, which is pushed. */
static char *new_place(lua_State *L, char *buffer, size_t size)
{
    return size > BUFFER_SIZE ? lua_newuserdata(L, size) : buffer;
}

/* Pushes the text in such a place; the place is popped if it was pushed. */
static void push_placed(lua_State *L, const char *place, const char *buffer, size_t size)
{
    lua_pushlstring(L, place, size);
    if (place != buffer)
        lua_remove(L, -2);
}

/* Pushes a text of the envelope that is there. */
static void push_text(lua_State *L, const cfs_text *text)
{
    char buffer[BUFFER_SIZE], *place;
    if (text->exact) {
        lua_pushlstring(L, text->source, text->length);
        return;
    }
    place = new_place(L, buffer, text->size);
    cfs_text_copy(text, place);
    push_placed(L, place, buffer, text->size);
}

/* Pushes nil, "malformed JSON: expected ':' at byte 17", "malformed", 17. */
static int push_refusal(lua_State *L, enum cfs_what what, const cfs_refusal *refusal)
{
    lua_Integer position = (lua_Integer)refusal->position;
    lua_pushnil(L);
    lua_pushfstring(L, "%s: %s at byte ", cfs_what_phrase(what), refusal->reason);
    lua_pushinteger(L, position);
    lua_concat(L, 2);
    lua_pushstring(L, cfs_what_name(what));
    lua_pushinteger(L, position);
    return 4;
}

/* The upvalues of the functions that make or read errors. */
enum {
    KEY_CODE = 1, /* the strings "code", "message" and "requestId" */
    KEY_MESSAGE,
    KEY_REQUEST_ID,
    KEY_COUNT = KEY_REQUEST_ID,
    METATABLES, /* the rest is for core_parse: see core_reader */
    SEEN_METATABLES,
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

/* Notes beside an error that its body, at index 1, has more members. */
static void keep_document(lua_State *L, int error)
{
    lua_pushvalue(L, error);
    lua_createtable(L, 0, 1);
    lua_pushvalue(L, 1);
    lua_setfield(L, -2, "document");
    lua_rawset(L, lua_upvalueindex(KEPT));
}

/*
** Replaces the nil on top by the metatable of the error's code, if that is one of those that were
** seen. Their table makes a metatable when it is needed first, by its metamethod `__index`: they are
** few, so one is made once in a while.
*/
static void find_seen(lua_State *L, int error)
{
    size_t length;
    const char *code;
    lua_pop(L, 1);
    lua_pushvalue(L, lua_upvalueindex(KEY_CODE));
    lua_rawget(L, error);
    code = lua_tolstring(L, -1, &length);
    if (cfs_seen_find(code, length) != NULL)
        lua_gettable(L, lua_upvalueindex(SEEN_METATABLES)); /* anything, if a program changed it */
}

/* parse(body): a new error; or nil, a reason, its token, its position. */
static int core_parse(lua_State *L)
{
    cfs_bytes body = check_string(L, 1);
    cfs_envelope envelope;
    cfs_refusal refusal;
    enum cfs_what what = cfs_envelope_read(body.at, body.length, &envelope, &refusal);
    int error = lua_gettop(L) + 1, metatable = error + 1;
    if (what != CFS_ENVELOPE)
        return push_refusal(L, what, &refusal);
    lua_createtable(L, 0, 3);
    push_text(L, &envelope.code);
    lua_pushvalue(L, -1);
    set_member(L, error, KEY_CODE);
    lua_rawget(L, lua_upvalueindex(METATABLES)); /* in place of the code */
    if (lua_isnil(L, -1) &&
        (!envelope.code.exact || cfs_seen_find(envelope.code.source, envelope.code.length) != NULL))
        find_seen(L, error);
    if (envelope.message.source != NULL) {
        push_text(L, &envelope.message);
        set_member(L, error, KEY_MESSAGE);
    }
    if (envelope.request_id.source != NULL) {
        push_text(L, &envelope.request_id);
        set_member(L, error, KEY_REQUEST_ID);
    }
    lua_pushvalue(L, lua_istable(L, metatable) ? metatable : lua_upvalueindex(UNKNOWN_METATABLE));
    lua_setmetatable(L, error);
    if (envelope.has_others)
        keep_document(L, error);
    lua_settop(L, error);
    return 1;
}

/* request_id(fields): the one field of a table, if that is a request id: what raise asks first. */
static int core_request_id(lua_State *L)
{
    if (!lua_istable(L, 1) || lua_getmetatable(L, 1) != 0)
        return 0;
    lua_settop(L, 1);
    lua_pushnil(L);
    if (lua_next(L, 1) == 0 || lua_type(L, 3) != LUA_TSTRING ||
        !lua_rawequal(L, 2, lua_upvalueindex(KEY_REQUEST_ID)))
        return 0;
    lua_pushvalue(L, 2);
    return lua_next(L, 1) == 0;
}

static int push_envelope(lua_State *L, cfs_bytes request_id, cfs_bytes code, cfs_bytes message)
{
    char buffer[BUFFER_SIZE];
    size_t size = cfs_envelope_write(request_id, code, message, buffer, sizeof buffer);
    char *place = new_place(L, buffer, size);
    if (place != buffer)
        cfs_envelope_write(request_id, code, message, place, size);
    push_placed(L, place, buffer, size);
    return 1;
}

/* write(requestId or nil, code or nil, message or nil): an envelope. */
static int core_write(lua_State *L)
{
    return push_envelope(L, optional_string(L, 1), optional_string(L, 2), optional_string(L, 3));
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
    if (!lua_istable(L, 1))
        return luaL_error(L, "calling 'to_json' on bad self (error expected, got %s; %s)",
                          lua_isnone(L, 1) ? "nil" : luaL_typename(L, 1),
                          "call it with a colon: err:to_json()");
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
    size_t size = cfs_utf8_repair(bytes.at, bytes.length, NULL, &valid);
    if (valid) {
        lua_pushvalue(L, 1);
        return 1;
    }
    place = new_place(L, buffer, size);
    cfs_utf8_repair(bytes.at, bytes.length, place, &valid);
    push_placed(L, place, buffer, size);
    return 1;
}

/* A column of a row that is a text. */
struct column {
    const char *name, *value;
};

/* Pushes a row as a new table, which also has a place for `known`. */
static void push_row(lua_State *L, const struct column *columns, int count, int status)
{
    int index;
    lua_createtable(L, 0, count + 2);
    for (index = 0; index < count; index++) {
        lua_pushstring(L, columns[index].value);
        lua_setfield(L, -2, columns[index].name);
    }
    lua_pushinteger(L, status);
    lua_setfield(L, -2, "status");
}

/* Pushes an error of the catalogue as a new table. */
static void push_error(lua_State *L, const cfs_error *error)
{
    const cfs_advice *advice = error->advice;
    const struct column columns[] = {{"code", error->code},
                                     {"reason", error->reason},
                                     {"message", error->message},
                                     {"description", error->description},
                                     {"service", cfs_service_name(error->service)},
                                     {"fault", cfs_fault_name(advice->fault)},
                                     {"category", cfs_category_name(advice->category)},
                                     {"retry", cfs_retry_name(advice->retry)},
                                     {"canonical", cfs_canonical_name(advice->canonical)},
                                     {"remedy", advice->remedy}};
    push_row(L, columns, sizeof columns / sizeof columns[0], error->status);
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, "known");
}

/* seen(code): the row of a code that was seen, as a new table; nothing if there is none. */
static int core_seen(lua_State *L)
{
    size_t length;
    const char *code = lua_type(L, 1) == LUA_TSTRING ? lua_tolstring(L, 1, &length) : NULL;
    const cfs_seen *seen = code == NULL ? NULL : cfs_seen_find(code, length);
    if (seen != NULL) {
        const struct column columns[] = {{"code", seen->code},
                                         {"service", cfs_layer_name(seen->layer)},
                                         {"fault", cfs_fault_name(seen->fault)},
                                         {"category", cfs_category_name(seen->category)},
                                         {"retry", cfs_retry_name(seen->retry)},
                                         {"canonical", cfs_canonical_name(seen->canonical)},
                                         {"remedy", seen->remedy}};
        push_row(L, columns, sizeof columns / sizeof columns[0], seen->status);
    }
    return seen != NULL;
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

/* phrase(index): its group, its name, its texts in English and Chinese; nothing behind the last. */
static int core_phrase(lua_State *L)
{
    const cfs_phrase *phrase = cfs_phrase_at((size_t)luaL_checkinteger(L, 1) - 1);
    if (phrase == NULL)
        return 0;
    lua_pushstring(L, phrase->group);
    lua_pushstring(L, phrase->name);
    lua_pushstring(L, phrase->texts[CFS_LANGUAGE_en]);
    lua_pushstring(L, phrase->texts[CFS_LANGUAGE_zh]);
    return 4;
}

/* say(group, name): the phrase in English and Chinese; nothing if there is none. */
static int core_say(lua_State *L)
{
    const cfs_phrase *phrase = cfs_phrase_find(luaL_checkstring(L, 1), luaL_checkstring(L, 2));
    if (phrase == NULL)
        return 0;
    lua_pushstring(L, phrase->texts[CFS_LANGUAGE_en]);
    lua_pushstring(L, phrase->texts[CFS_LANGUAGE_zh]);
    return 2;
}

/* reason(index): a row of reasons.def; nothing behind the last. */
static int core_reason(lua_State *L)
{
    const char *row = cfs_reason_at((size_t)luaL_checkinteger(L, 1) - 1);
    if (row == NULL)
        return 0;
    lua_pushstring(L, row);
    return 1;
}

/* Pushes the names of the members: the first upvalues of functions that use members. */
static void push_keys(lua_State *L)
{
    lua_pushliteral(L, "code");
    lua_pushliteral(L, "message");
    lua_pushliteral(L, "requestId");
}

/*
** reader(metatables, seen, unknown, kept): the function `parse`. A new error gets the metatable that
** `metatables` has for its code, that of `seen` for a code of seen.def, else `unknown`; `kept` gets
** what lies beside it.
*/
static int core_reader(lua_State *L)
{
    int index;
    for (index = 1; index <= 4; index++)
        luaL_checktype(L, index, LUA_TTABLE);
    lua_settop(L, 4);
    push_keys(L);
    for (index = 1; index <= 4; index++)
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
                          cfs_refusal *refusal, char *out, size_t capacity);
    const cfs_seen *(*find_seen)(const char *code, size_t length);
    size_t envelope_size, refusal_size;
};

/* The module. */
CFS_EXPORT int luaopen_cfs_errors_core(lua_State *L)
{
    static const luaL_Reg functions[] = {{"reader", core_reader},
                                         {"write", core_write},
                                         {"repair", core_repair},
                                         {"catalogue", core_catalogue},
                                         {"seen", core_seen},
                                         {"phrase", core_phrase},
                                         {"say", core_say},
                                         {"reason", core_reason},
                                         {NULL, NULL}};
    static const struct calls calls = {cfs_envelope_read_texts, cfs_seen_find, sizeof(cfs_envelope),
                                       sizeof(cfs_refusal)};
    luaL_newlib(L, functions);
    push_keys(L);
    lua_pushcclosure(L, core_to_json, KEY_COUNT);
    lua_setfield(L, -2, "to_json");
    push_keys(L);
    lua_pushcclosure(L, core_request_id, KEY_COUNT);
    lua_setfield(L, -2, "request_id");
    *(struct calls *)lua_newuserdata(L, sizeof calls) = calls; /* a light one is too narrow */
    lua_setfield(L, -2, "calls");
    push_state(L);
    lua_setfield(L, -2, "state");
    lua_pushliteral(L, CFS_VERSION);
    lua_setfield(L, -2, "version");
    return 1;
}
