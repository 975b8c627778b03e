// ImageJ's notation: the lines of its description, and the blocks of its private tags.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <planapo/io.hpp>

#include "tiff_handle.hpp"

namespace planapo::io {

/// What ImageJ keeps outside its description.
struct ImageJBlocks {
    std::string info;                 ///< free text
    std::vector<std::string> labels;  ///< of the pages, in the order of the file
};

/// From the current page; empty where there is nothing, or nothing that can be understood.
ImageJBlocks read_imagej_blocks(TiffHandle& tiff);

/// Into the page that is being written.
void write_imagej_blocks(TiffHandle& tiff, const ImageJBlocks& blocks);

/// The description of a file with these sizes, shown between `low` and `high`.
std::string imagej_description(const ImageInfo& info, double low, double high);

/// The Info text: provenance and OME-XML, where there are any, then the notes; and the reverse.
std::string imagej_info(const ImageInfo& info);
void read_imagej_info(std::string_view text, ImageInfo& info);

/// The value in a line "key=value" of a description; empty if there is none.
std::string_view imagej_value(std::string_view description, std::string_view key);

}  // namespace planapo::io
