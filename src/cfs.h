/*
** What the headers of the library share. Each of them can be included from C99 and from C++11.
*/
#ifndef CFS_H
#define CFS_H

#define CFS_VERSION "0.3.0"

/*
** What stands before each public function. Programs need not define it. The library's own files
** define CFS_LIBRARY and hide the functions, so that a module of Lua, or whatever else they are
** compiled into, exports none of them. LuaRocks can pass no compiler flag for that, hence the
** attribute. A build that is to export them defines CFS_API itself, as `make lib` does.
*/
#ifndef CFS_API
#if defined(CFS_LIBRARY) && defined(__GNUC__)
#define CFS_API __attribute__((visibility("hidden")))
#else
#define CFS_API
#endif
#endif

/* What stands before the one function that a module of Lua exports. */
#if defined(_WIN32)
#define CFS_EXPORT __declspec(dllexport)
#elif defined(__GNUC__)
#define CFS_EXPORT __attribute__((visibility("default")))
#else
#define CFS_EXPORT
#endif

/* What stands around the declarations of a header. */
#ifdef __cplusplus
#define CFS_BEGIN_DECLARATIONS extern "C" {
#define CFS_END_DECLARATIONS }
#else
#define CFS_BEGIN_DECLARATIONS
#define CFS_END_DECLARATIONS
#endif

#endif
