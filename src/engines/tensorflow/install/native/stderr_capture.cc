// Captures what native code prints to stderr: begin() redirects file descriptor 2 to an unnamed temporary file, end() restores it and
// returns the text. In C++ because Node.js has no dup2.
#include <node_api.h>
#include <unistd.h>

#include <cstdio>
#include <string>

static int saved_descriptor = -1;
static FILE *captured = nullptr;

static napi_value Begin(napi_env env, napi_callback_info) {
  napi_value started;
  if (saved_descriptor < 0) {
    fflush(stderr);
    captured = tmpfile();
    if (captured) saved_descriptor = dup(2);
    if (saved_descriptor >= 0) dup2(fileno(captured), 2);
  }
  napi_get_boolean(env, saved_descriptor >= 0, &started);
  return started;
}

static napi_value End(napi_env env, napi_callback_info) {
  std::string text;
  if (saved_descriptor >= 0) {
    fflush(stderr);
    dup2(saved_descriptor, 2);
    close(saved_descriptor);
    saved_descriptor = -1;
    rewind(captured);
    char buffer[4096];
    for (size_t size; (size = fread(buffer, 1, sizeof buffer, captured)) > 0;) text.append(buffer, size);
  }
  if (captured) fclose(captured);
  captured = nullptr;
  napi_value result;
  napi_create_string_utf8(env, text.data(), text.size(), &result);
  return result;
}

static napi_value Init(napi_env env, napi_value exports) {
  napi_value begin, end;
  napi_create_function(env, "begin", NAPI_AUTO_LENGTH, Begin, nullptr, &begin);
  napi_create_function(env, "end", NAPI_AUTO_LENGTH, End, nullptr, &end);
  napi_set_named_property(env, exports, "begin", begin);
  napi_set_named_property(env, exports, "end", end);
  return exports;
}

NAPI_MODULE(stderr_capture, Init)
