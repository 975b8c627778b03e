// Provenance in OME-XML: a comment among the structured annotations, to which the image refers.
#include <fmt/format.h>

#include "ome.hpp"

namespace planapo::io {

namespace {

constexpr const char* name_space = "planapo/provenance";
constexpr const char* id = "Annotation:planapo-provenance";

/// Made where the schema wants them: behind the images.
pugi::xml_node annotations_of(pugi::xml_node ome, const std::string& name_space_of_annotations) {
    if (const pugi::xml_node there = child(ome, "StructuredAnnotations")) return there;
    const bool own = !name_space_of_annotations.empty();
    const std::string name = own ? "StructuredAnnotations" : prefixed(ome, "StructuredAnnotations");
    const pugi::xml_node made = ome.insert_child_after(name.c_str(), children(ome, "Image").back());
    if (own) set(made, "xmlns", name_space_of_annotations);
    return made;
}

void refer(pugi::xml_node image, const std::string& name_space_of_annotations) {
    for (const pugi::xml_node& reference : children(image, "AnnotationRef"))
        if (std::string_view(reference.attribute("ID").value()) == id) return;
    const bool own = !name_space_of_annotations.empty();
    const pugi::xml_node reference = own ? image.append_child("AnnotationRef") : append(image, "AnnotationRef");
    if (own) set(reference, "xmlns", name_space_of_annotations);
    set(reference, "ID", id);
}

}  // namespace

std::string ome_provenance(const pugi::xml_node& ome) {
    for (const pugi::xml_node& note : child(ome, "StructuredAnnotations").children())
        if (std::string_view(note.attribute("Namespace").value()) == name_space)
            return child(note, "Value").text().get();
    return {};
}

void set_ome_provenance(pugi::xml_node ome, pugi::xml_node image, const std::string& json, const std::string& schema) {
    // Before 2016 annotations had a namespace of their own.
    const std::string own = schema < "2016" ? fmt::format("http://www.openmicroscopy.org/Schemas/SA/{}", schema) : "";
    const pugi::xml_node annotations = annotations_of(ome, own);
    for (const pugi::xml_node& old : children(annotations, "CommentAnnotation"))
        if (std::string_view(old.attribute("Namespace").value()) == name_space) old.parent().remove_child(old);
    const pugi::xml_node note = append(annotations, "CommentAnnotation");
    set(note, "ID", id);
    set(note, "Namespace", name_space);
    append(note, "Value").text().set(json.c_str());
    refer(image, own);
}

}  // namespace planapo::io
