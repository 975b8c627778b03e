// OME-XML: finding one's way in it, and writing it anew or on top of what was read.
// The format: https://docs.openmicroscopy.org/ome-model/ (schema 2016-06; older ones differ in namespaces and units).
#pragma once

#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

#include <planapo/io.hpp>

namespace planapo::io {

/// Elements are found by name whatever their namespace's prefix.
std::string_view local_name(const pugi::xml_node& node);
pugi::xml_node child(const pugi::xml_node& parent, std::string_view name);
std::vector<pugi::xml_node> children(const pugi::xml_node& parent, std::string_view name);

/// The <OME> element of a text; throws `InvalidArgument` naming `file` if there is none.
pugi::xml_node parse_ome(pugi::xml_document& document, const std::string& text, const std::string& file);

/// A physical quantity in planapo's unit, whatever the one beside it; `default_unit` is what OME means where there is
/// none.
std::optional<double> read_quantity(const pugi::xml_node& node, const char* name,
                                    std::optional<double> (*scale_of)(std::string_view), const char* default_unit);

/// `name` with the namespace prefix of `like`; a new last child of `parent` with its prefix; an attribute, new or not.
std::string prefixed(const pugi::xml_node& like, std::string_view name);
pugi::xml_node append(pugi::xml_node parent, std::string_view name);
void set(pugi::xml_node node, const char* name, const std::string& value);
void set(pugi::xml_node node, const char* name, std::int64_t value);

/// The provenance that planapo left among the annotations (empty if none), and the reverse; `schema` such as "2016-06".
std::string ome_provenance(const pugi::xml_node& ome);
void set_ome_provenance(pugi::xml_node ome, pugi::xml_node image, const std::string& json, const std::string& schema);

/// OME-XML for one image whose planes follow one another, z fastest, then c, then t, in a single file called `name`:
/// `info.ome_xml` brought up to date, or a new one.
std::string compose_ome(const ImageInfo& info, PixelType type, const std::string& name);

}  // namespace planapo::io
