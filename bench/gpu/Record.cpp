#include "Record.h"
#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace genfuse::gpu {
namespace {
namespace fs = std::filesystem;

constexpr const char *first_line = "genfuse-gpu-record 1";

template <size_t n> int indexOf(const std::string &word, const char *const (&names)[n]) {
  auto found = std::find(std::begin(names), std::end(names), word);
  if (found == std::end(names))
    throw std::runtime_error("expected a type or a rule, got '" + word + "'");
  return static_cast<int>(found - std::begin(names));
}

void writeBuffer(const Buffer &buffer, std::ostream &out) {
  out << "buffer " << buffer.name << " " << type_names[static_cast<int>(buffer.type)] << " " << buffer.count
      << " " << rule_names[static_cast<int>(buffer.fill.rule)] << " " << buffer.fill.bound << " "
      << buffer.fill.seed << " " << buffer.output << " " << buffer.draw << "\n";
}

Buffer readBuffer(std::istream &in) {
  Buffer buffer;
  std::string type, rule;
  in >> buffer.name >> type >> buffer.count >> rule >> buffer.fill.bound >> buffer.fill.seed >>
      buffer.output >> buffer.draw;
  if (!in || buffer.count < 0)
    throw std::runtime_error("expected a buffer's name, type, count, rule, bound, seed and two flags");
  buffer.type = static_cast<Type>(indexOf(type, type_names));
  buffer.fill.rule = static_cast<Rule>(indexOf(rule, rule_names));
  return buffer;
}

void writeLaunch(const Launch &launch, std::ostream &out) {
  out << "launch " << launch.kernel << " " << launch.groups << " " << launch.width << " "
      << launch.arguments.size();
  for (const Argument &argument : launch.arguments)
    out << " " << argument.buffer << " " << argument.word;
  out << "\n";
}

Launch readLaunch(std::istream &in, size_t buffers) {
  Launch launch;
  size_t count = 0;
  in >> launch.kernel >> launch.groups >> launch.width >> count;
  for (size_t i = 0; in && i < count; ++i) {
    Argument &argument = launch.arguments.emplace_back();
    in >> argument.buffer >> argument.word;
    if (argument.buffer >= static_cast<int>(buffers))
      throw std::runtime_error("expected a buffer below " + std::to_string(buffers) + ", got " +
                               std::to_string(argument.buffer));
  }
  if (!in)
    throw std::runtime_error("expected a kernel, groups, width, and its arguments");
  return launch;
}

void readLine(const std::string &line, Record &record) {
  std::istringstream in(line);
  std::string key;
  in >> key >> std::ws;
  if (key == "name")
    std::getline(in, record.name);
  else if (key == "what")
    std::getline(in, record.what);
  else if (key == "buffer")
    record.buffers.push_back(readBuffer(in));
  else if (key == "launch")
    record.launches.push_back(readLaunch(in, record.buffers.size()));
  else
    throw std::runtime_error("expected name, what, buffer or launch, got '" + key + "'");
}

} // namespace

int64_t Record::resultBytes() const {
  int64_t total = 0;
  for (const Buffer &buffer : buffers)
    total += buffer.output ? buffer.bytes() : 0;
  return total;
}

void write(const Record &record, const fs::path &folder) {
  std::ostringstream out;
  out << first_line << "\nname " << record.name << "\nwhat " << record.what << "\n";
  for (const Buffer &buffer : record.buffers)
    writeBuffer(buffer, out);
  for (const Launch &launch : record.launches)
    writeLaunch(launch, out);
  const std::string text = out.str();
  writeBytes({text.begin(), text.end()}, folder / record_file);
}

Record readRecord(const fs::path &folder) {
  const fs::path path = folder / record_file;
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line) || line != first_line)
    throw std::runtime_error(path.string() + ": expected '" + first_line + "' in its first line, got '" +
                             line + "'");
  Record record;
  for (int number = 2; std::getline(file, line); ++number) {
    try {
      readLine(line, record);
    } catch (const std::runtime_error &error) {
      throw std::runtime_error(path.string() + ":" + std::to_string(number) + ": " + error.what());
    }
  }
  return record;
}

void writeBytes(const std::vector<char> &bytes, const fs::path &path) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file.flush())
    throw std::runtime_error("cannot write '" + path.string() + "'");
}

std::vector<char> readBytes(const fs::path &path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw std::runtime_error("cannot read '" + path.string() + "'");
  return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace genfuse::gpu
