// What a file says about its image survives: sizes in micrometres and seconds, names, OME's other fields, provenance.
#include "io_files.hpp"

namespace planapo::test {
namespace {

ImageInfo small_info(ImageSize size = {.t = 2, .c = 2, .z = 3, .y = 4, .x = 5}) {
    ImageInfo info;
    info.type = PixelType::uint16;
    info.size = size;
    return info;
}

ImageInfo written_and_read(const fs::path& path, const ImageInfo& info, const WriteOptions& options = {}) {
    write_image(path, info, voxels_for(info).data(), options);
    return read_info(path);
}

TEST(IoMetadata, VoxelAndTime) {
    const Folder folder;
    ImageInfo info = small_info();
    info.set_voxel_size({0.3, 0.1034, 0.0973});
    info.time_step_s = 1.75;
    for (const char* name : {"a.tif", "a.ome.tif"}) {
        const ImageInfo read = written_and_read(folder / name, info);
        ASSERT_TRUE(read.voxel_size().has_value());
        // TIFF keeps 1 / size as a ratio of 32-bit integers, libtiff hands it over as a float: 6e-8 relative.
        EXPECT_NEAR(*read.voxel_x_um, 0.0973, 0.0973e-6) << name;
        EXPECT_NEAR(*read.voxel_y_um, 0.1034, 0.1034e-6) << name;
        EXPECT_DOUBLE_EQ(*read.voxel_z_um, 0.3) << name;
        EXPECT_DOUBLE_EQ(*read.time_step_s, 1.75) << name;
    }
}

TEST(IoMetadata, VoxelsOfEveryMagnitude) {
    const Folder folder;
    ImageInfo info = small_info({.z = 2});
    for (const double size : {1e-4, 0.00056, 0.0123456789, 1.0, 3.3333333, 160.0, 12345.678}) {
        info.set_voxel_size({size, size, size});
        for (const char* name : {"a.tif", "a.ome.tif"})
            EXPECT_NEAR(*written_and_read(folder / name, info).voxel_x_um / size, 1, 1e-6) << size << " in " << name;
    }
}

TEST(IoMetadata, NothingIsInvented) {
    const Folder folder;
    for (const char* name : {"a.tif", "a.ome.tif"}) {
        const ImageInfo read = written_and_read(folder / name, small_info());
        EXPECT_FALSE(read.voxel_z_um || read.voxel_y_um || read.voxel_x_um || read.voxel_size()) << name;
        EXPECT_FALSE(read.time_step_s) << name;
        EXPECT_TRUE(read.channel_names.empty() && read.plane_labels.empty() && read.provenance.empty() &&
                    read.notes.empty())
            << name;
        EXPECT_EQ(read.images, 1);
    }
}

TEST(IoMetadata, PartOfAVoxelSizeStaysAPart) {
    const Folder folder;
    ImageInfo info = small_info();
    info.voxel_y_um = info.voxel_x_um = 0.25;
    for (const char* name : {"a.tif", "a.ome.tif"}) {
        const ImageInfo read = written_and_read(folder / name, info);
        EXPECT_FALSE(read.voxel_z_um) << name;
        EXPECT_DOUBLE_EQ(*read.voxel_x_um, 0.25) << name;
        EXPECT_FALSE(read.voxel_size()) << "three planes whose distance nobody knows";
    }
    info.size.z = 1;
    EXPECT_EQ(written_and_read(folder / "flat.tif", info).voxel_size(), (VoxelSize{1, 0.25, 0.25}));
}

TEST(IoMetadata, ChannelNamesAndLabels) {
    const Folder folder;
    ImageInfo info = small_info();
    info.channel_names = {"DAPI", "GFP \u00B5 <\"&>\U0001F52C"};
    for (const char* name : {"a.tif", "a.ome.tif"})
        EXPECT_EQ(written_and_read(folder / name, info).channel_names, info.channel_names) << name;

    info.channel_names.clear();
    for (int plane = 0; plane < 12; ++plane) info.plane_labels.push_back("plane " + std::to_string(plane));
    const ImageInfo read = written_and_read(folder / "a.tif", info);
    EXPECT_EQ(read.plane_labels, info.plane_labels);
    EXPECT_TRUE(read.channel_names.empty());
}

TEST(IoMetadata, ProvenanceAndNotes) {
    const Folder folder;
    ImageInfo info = small_info();
    info.notes = "Objective = 100x\nby hand: \u00B5 and \U0001F52C\n";
    const std::string json = R"({"psf": "a \"b\" <c> & d", "n": [1, 2], "µ": "é"})";
    for (const char* name : {"a.tif", "a.ome.tif"}) {
        const ImageInfo read = written_and_read(folder / name, info, {.provenance = json});
        EXPECT_EQ(read.provenance, json) << name;
        EXPECT_TRUE(mentions(bytes_of(folder / name), "planapo ")) << "the Software tag";
        // Again, and again with another: kept, then replaced, never doubled.
        EXPECT_EQ(written_and_read(folder / name, read).provenance, json);
        const ImageInfo replaced = written_and_read(folder / name, read, {.provenance = R"({"second": true})"});
        EXPECT_EQ(replaced.provenance, R"({"second": true})");
    }
    EXPECT_EQ(written_and_read(folder / "a.tif", info, {.provenance = json}).notes, info.notes);
    EXPECT_TRUE(mentions(written_and_read(folder / "a.ome.tif", info).ome_xml, "Objective = 100x"));
}

TEST(IoMetadata, ProvenanceOnSeveralLinesStaysTheSameObject) {
    const Folder folder;
    EXPECT_EQ(written_and_read(folder / "a.tif", small_info(), {.provenance = "{\n\"a\": 1\n}"}).provenance,
              "{ \"a\": 1 }");
}

TEST(IoMetadata, DescriptionOfAPlainFileBecomesANote) {
    const Folder folder;
    write_pages(folder / "plain.tif", {{.voxel = [](auto...) { return 1; }, .description = "taken on a Tuesday"}});
    const ImageInfo plain = read_info(folder / "plain.tif");
    EXPECT_EQ(plain.description, "taken on a Tuesday");
    ImageInfo info = written_and_read(folder / "a.tif", plain);
    EXPECT_TRUE(mentions(info.notes, "taken on a Tuesday"));
    EXPECT_EQ(written_and_read(folder / "a.tif", info).notes, info.notes) << "once, however often it is written";
    EXPECT_TRUE(mentions(written_and_read(folder / "a.ome.tif", plain).ome_xml,
                         "<Description>taken on a Tuesday</Description>"));
}

TEST(IoMetadata, WrongCountsAndSizesAreRefused) {
    const Folder folder;
    ImageInfo info = small_info();
    const auto complaint = [&] {
        return complaint_of([&] { write_image(folder / "a.tif", info, voxels_for(info).data()); });
    };
    info.channel_names = {"one"};
    EXPECT_TRUE(mentions(complaint(), "1 channel names for 2 channels"));
    info.channel_names.clear();
    info.plane_labels = {"one"};
    EXPECT_TRUE(mentions(complaint(), "1 plane labels for 12 planes"));
    info.plane_labels.clear();
    info.voxel_x_um = -1;
    EXPECT_TRUE(mentions(complaint(), "voxel size or time step of -1"));
    info.voxel_x_um.reset();
    info.size.z = 0;
    EXPECT_TRUE(mentions(complaint_of([&] { write_image(folder / "a.tif", info, nullptr); }),
                         "every extent must be at least 1"));
    EXPECT_TRUE(folder.names().empty());
}

}  // namespace
}  // namespace planapo::test
