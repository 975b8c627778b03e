// Finding one's way in OME-XML, and adding to it.
#include "../message.hpp"
#include "contents.hpp"
#include "ome.hpp"
#include "text.hpp"

namespace planapo::io {

bool is_ome(const std::string& description) {
    const std::size_t start = description.find_first_not_of(" \t\r\n");
    if (start == std::string::npos || description[start] != '<') return false;
    return description.find("www.openmicroscopy.org/Schemas") != std::string::npos &&
           description.find("OME>") != std::string::npos;
}

std::string_view local_name(const pugi::xml_node& node) {
    const std::string_view name = node.name();
    return name.substr(name.find(':') + 1);  // npos + 1 is 0
}

pugi::xml_node child(const pugi::xml_node& parent, std::string_view name) {
    return parent.find_child([&](const pugi::xml_node& node) { return local_name(node) == name; });
}

std::vector<pugi::xml_node> children(const pugi::xml_node& parent, std::string_view name) {
    std::vector<pugi::xml_node> found;
    for (const pugi::xml_node& node : parent.children())
        if (local_name(node) == name) found.push_back(node);
    return found;
}

pugi::xml_node parse_ome(pugi::xml_document& document, const std::string& text, const std::string& file) {
    // parse_full keeps comments and declarations, which are written again.
    const pugi::xml_parse_result result =
        document.load_buffer(text.data(), text.size(), pugi::parse_full, pugi::encoding_utf8);
    require(static_cast<bool>(result), "The OME-XML of '{}' is damaged at character {}: {}.", file, result.offset,
            result.description());
    const pugi::xml_node ome = child(document, "OME");
    require(!ome.empty(), "The OME-XML of '{}' has no OME element.", file);
    return ome;
}

std::optional<double> read_quantity(const pugi::xml_node& node, const char* name,
                                    std::optional<double> (*scale_of)(std::string_view), const char* default_unit) {
    const pugi::xml_attribute unit = node.attribute(fmt::format("{}Unit", name).c_str());
    const auto scale = scale_of(unit.empty() ? default_unit : unit.value());
    const auto value = positive(number<double>(node.attribute(name).value()));
    return scale && value ? std::optional(*value * *scale) : std::nullopt;
}

std::string prefixed(const pugi::xml_node& like, std::string_view name) {
    const std::string_view full = like.name();
    const std::size_t colon = full.find(':');
    return colon == std::string_view::npos ? std::string(name) : fmt::format("{}:{}", full.substr(0, colon), name);
}

pugi::xml_node append(pugi::xml_node parent, std::string_view name) {
    return parent.append_child(prefixed(parent, name).c_str());
}

void set(pugi::xml_node node, const char* name, const std::string& value) {
    pugi::xml_attribute attribute = node.attribute(name);
    (attribute.empty() ? node.append_attribute(name) : attribute).set_value(value.c_str());
}

void set(pugi::xml_node node, const char* name, std::int64_t value) { set(node, name, std::to_string(value)); }

}  // namespace planapo::io
