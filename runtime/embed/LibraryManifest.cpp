#include "runtime/Error.h"
#include "runtime/Json.h"
#include "runtime/Manifest.h"
#include "runtime/abi.h"
#include "runtime/embed/Library.h"
#include <nlohmann/json.hpp>

namespace genfuse::embed {

namespace {

using nlohmann::json;

/// Reads members with errors that name them.
struct Reader {
  const json &object;
  std::string where;

  const json &member(const char *name) const {
    if (!object.is_object() || !object.contains(name))
      throw Error(where + ": expected a member '" + name + "', got none");
    return object.at(name);
  }
  template <class T> T get(const char *name, const char *kind) const {
    try {
      return member(name).get<T>();
    } catch (const json::exception &) {
      throw Error(where + ": expected '" + name + "' to be " + kind + ", got " + member(name).dump());
    }
  }
  std::string text(const char *name) const { return get<std::string>(name, "a text"); }
  std::vector<std::string> texts(const char *name) const {
    return get<std::vector<std::string>>(name, "a list of texts");
  }
};

LibraryOperation readOperation(const json &value, const std::string &where) {
  const Reader reader{value, where};
  LibraryOperation operation{reader.text("name"),
                             reader.text("request"),
                             reader.text("mapping"),
                             reader.texts("batched"),
                             reader.texts("shared"),
                             reader.text("symbol"),
                             reader.texts("members"),
                             {},
                             {}};
  if (value.contains("cuda_launches"))
    operation.launches = reader.texts("cuda_launches");
  try {
    operation.signature = signatureFromJson(reader.member("signature"));
  } catch (const Error &error) {
    throw Error(where + ", operation '" + operation.name + "': " + error.what());
  }
  return operation;
}

} // namespace

LibraryManifest LibraryManifest::parse(const std::string &text, const std::string &where) {
  json value;
  try {
    value = parseJson(text);
  } catch (const Error &error) {
    throw Error(where + ": " + error.what());
  }
  const Reader reader{value, where};
  const auto version = reader.get<uint64_t>("abi_version", "a number");
  if (version != GF_ABI_VERSION)
    throw Error(where + ": expected abi version " + std::to_string(GF_ABI_VERSION) + ", got " +
                std::to_string(version));
  LibraryManifest manifest;
  manifest.name = reader.text("name");
  manifest.model = reader.text("model");
  manifest.identity = reader.text("identity");
  manifest.real = reader.text("real");
  manifest.checked = reader.get<bool>("checked", "true or false");
  manifest.targets = reader.texts("targets");
  manifest.cpuLevels = reader.texts("cpu_levels");
  if (value.contains("cuda_architectures"))
    manifest.cudaArchitectures = reader.get<std::vector<int>>("cuda_architectures", "a list of numbers");
  for (const json &operation : reader.get<std::vector<json>>("operations", "a list"))
    manifest.operations.push_back(readOperation(operation, where));
  try {
    manifest.density = signatureFromJson(reader.member("density"));
  } catch (const Error &error) {
    throw Error(where + ", density: " + error.what());
  }
  return manifest;
}

const LibraryOperation &LibraryManifest::find(const std::string &wanted) const {
  std::string all, same;
  const LibraryOperation *byRequest = nullptr;
  int count = 0;
  for (const LibraryOperation &operation : operations) {
    if (operation.name == wanted)
      return operation;
    const std::string text = operation.name + " = " + operation.request;
    all += (all.empty() ? "" : ", ") + text;
    if (operation.request != wanted)
      continue;
    byRequest = &operation;
    same += (count++ ? ", " : "") + text;
  }
  if (count == 1)
    return *byRequest;
  if (count > 1)
    throw Error("library '" + name + "': expected the name of one operation, got '" + wanted +
                "', which is the request of " + same);
  throw Error("library '" + name + "': expected one of the operations " + all + ", got '" + wanted + "'");
}

} // namespace genfuse::embed
