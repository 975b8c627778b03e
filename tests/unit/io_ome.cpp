// OME-XML: read as its writers mean it, written again with all that it said.
#include <pugixml.hpp>

#include "io_files.hpp"

namespace planapo::test {
namespace {

/// Two images: one of 2 x 2 x 3 planes with all that a microscope says, and one of a single plane.
std::string rich_xml(const std::string& order = "XYZCT") {
    return R"(<?xml version="1.0" encoding="UTF-8"?><!-- kept -->
<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" UUID="urn:uuid:1" Creator="a microscope">
<Dataset ID="Dataset:0"><ImageRef ID="Image:0"/><ImageRef ID="Image:1"/></Dataset>
<Instrument ID="Instrument:0"><Objective ID="Objective:0" LensNA="1.4" NominalMagnification="63" Immersion="Oil"/></Instrument>
<Image ID="Image:0" Name="first"><AcquisitionDate>2024-02-29T12:00:00</AcquisitionDate><InstrumentRef ID="Instrument:0"/>
<Pixels ID="Pixels:0" DimensionOrder=")" +
           order + R"(" Type="uint16" SignificantBits="12" SizeX="6" SizeY="4" SizeZ="3" SizeC="2" SizeT="2"
 PhysicalSizeX="103.5" PhysicalSizeXUnit="nm" PhysicalSizeY="0.1" PhysicalSizeZ="0.0003" PhysicalSizeZUnit="mm" TimeIncrement="250" TimeIncrementUnit="ms">
<Channel ID="Channel:0:0" Name="GFP" EmissionWavelength="509" SamplesPerPixel="1"/><Channel ID="Channel:0:1" Name="RFP"/>
<TiffData IFD="0" PlaneCount="12"/>
<Plane TheZ="2" TheC="1" TheT="1" DeltaT="1.5" PositionX="7.25"/></Pixels></Image>
<Image ID="Image:1"><Pixels ID="Pixels:1" DimensionOrder="XYZCT" Type="uint16" SizeX="6" SizeY="4" SizeZ="1" SizeC="1" SizeT="1">
<Channel ID="Channel:1:0"/><TiffData IFD="12"/></Pixels></Image>
<StructuredAnnotations><XMLAnnotation ID="Annotation:0"><Value><made by="hand"/></Value></XMLAnnotation></StructuredAnnotations></OME>)";
}

/// `count` pages, each filled with its number, the first one with the description.
void write_numbered(const fs::path& path, int count, const std::string& description, const char* mode = "w") {
    std::vector<TestPage> pages;
    for (int i = 0; i < count; ++i)
        pages.push_back({.voxel = [i](auto...) { return i; }, .description = i == 0 ? description : ""});
    write_pages(path, pages, mode);
}

/// The number in plane (t, c, z): which page it was read from.
int page_at(const fs::path& path, std::int64_t t, std::int64_t c, std::int64_t z) {
    return static_cast<int>(ImageFile(path).read_volume(t, c).view()(z, 0, 0));
}

TEST(IoOme, ReadsUnitsNamesAndCounts) {
    const Folder folder;
    write_numbered(folder / "a.tif", 13, rich_xml());
    const ImageInfo info = read_info(folder / "a.tif");
    EXPECT_EQ(info.size, (ImageSize{.t = 2, .c = 2, .z = 3, .y = 4, .x = 6}));
    EXPECT_DOUBLE_EQ(*info.voxel_x_um, 0.1035);
    EXPECT_DOUBLE_EQ(*info.voxel_y_um, 0.1);
    EXPECT_DOUBLE_EQ(*info.voxel_z_um, 0.3);
    EXPECT_DOUBLE_EQ(*info.time_step_s, 0.25);
    EXPECT_EQ(info.channel_names, (std::vector<std::string>{"GFP", "RFP"}));
    EXPECT_EQ(info.images, 2);
    const ImageInfo second = read_info(folder / "a.tif", 1);
    EXPECT_EQ(second.size, (ImageSize{.y = 4, .x = 6}));
    EXPECT_FALSE(second.voxel_size());
    EXPECT_EQ(read_volume(folder / "a.tif", {.image = 1}).data()[0], 12);
    EXPECT_TRUE(mentions(complaint_of([&] { read_info(folder / "a.tif", 2); }), "holds 2 images; there is no image 2"));
}

TEST(IoOme, EveryOrderOfPlanes) {
    const Folder folder;
    struct Order {
        const char* name;
        int t, c, z;  // how many pages lie between neighbours
    };
    for (const Order& order : {Order{"XYZCT", 6, 3, 1}, Order{"XYZTC", 3, 6, 1}, Order{"XYCZT", 6, 1, 2},
                               Order{"XYCTZ", 2, 1, 4}, Order{"XYTZC", 1, 6, 2}, Order{"XYTCZ", 1, 2, 4}}) {
        write_numbered(folder / "a.tif", 13, rich_xml(order.name));
        for (int t = 0; t < 2; ++t)
            for (int c = 0; c < 2; ++c)
                for (int z = 0; z < 3; ++z)
                    EXPECT_EQ(page_at(folder / "a.tif", t, c, z), t * order.t + c * order.c + z * order.z)
                        << order.name;
    }
}

void expect_kept(const pugi::xml_node& ome) {
    const pugi::xml_node image = ome.child("Image"), pixels = image.child("Pixels");
    EXPECT_STREQ(ome.attribute("Creator").value(), "a microscope");
    EXPECT_STREQ(ome.child("Instrument").child("Objective").attribute("LensNA").value(), "1.4");
    EXPECT_STREQ(image.child_value("AcquisitionDate"), "2024-02-29T12:00:00");
    EXPECT_STREQ(pixels.child("Channel").attribute("EmissionWavelength").value(), "509");
    EXPECT_STREQ(
        ome.child("StructuredAnnotations").child("XMLAnnotation").child("Value").child("made").attribute("by").value(),
        "hand");
    EXPECT_STREQ(image.child("AnnotationRef").attribute("ID").value(),
                 ome.child("StructuredAnnotations").child("CommentAnnotation").attribute("ID").value());
}

void expect_brought_up_to_date(const pugi::xml_node& ome) {
    const pugi::xml_node pixels = ome.child("Image").child("Pixels");
    EXPECT_STREQ(pixels.attribute("Type").value(), "float");
    EXPECT_TRUE(pixels.attribute("SignificantBits").empty());
    EXPECT_STREQ(pixels.attribute("SizeT").value(), "1");
    EXPECT_STREQ(pixels.attribute("PhysicalSizeX").value(), "103.5");
    EXPECT_STREQ(pixels.attribute("PhysicalSizeXUnit").value(), "nm") << "said so already";
    EXPECT_STREQ(pixels.attribute("PhysicalSizeY").value(), "0.25");
    EXPECT_STREQ(pixels.attribute("PhysicalSizeYUnit").value(), "µm");
    EXPECT_STREQ(pixels.child("TiffData").attribute("PlaneCount").value(), "6");
    EXPECT_TRUE(ome.child("Image").next_sibling("Image").empty()) << "the second image is not in this file";
    EXPECT_TRUE(ome.child("Dataset").child("ImageRef").next_sibling("ImageRef").empty());
    EXPECT_TRUE(pixels.child("Plane").empty()) << "its time point is gone";
    EXPECT_TRUE(ome.attribute("UUID").empty());
}

TEST(IoOme, OtherFieldsSurvive) {
    const Folder folder;
    write_numbered(folder / "a.tif", 13, rich_xml());
    ImageInfo info = read_info(folder / "a.tif");
    info.type = PixelType::float32;
    info.size.t = 1;  // as after working on one time point
    info.voxel_y_um = 0.25;
    // Straight, and the long way through ImageJ's notation.
    write_image(folder / "b.ome.tif", info, voxels_for(info).data(), {.provenance = "{}"});
    write_image(folder / "c.tif", info, voxels_for(info).data(), {.provenance = "{}"});
    const ImageInfo by_imagej = read_info(folder / "c.tif");
    EXPECT_EQ(by_imagej.channel_names, info.channel_names);
    write_image(folder / "d.ome.tif", by_imagej, voxels_for(info).data());
    for (const char* name : {"b.ome.tif", "d.ome.tif"}) {
        SCOPED_TRACE(name);
        const std::string xml = read_info(folder / name).ome_xml;
        pugi::xml_document document;
        ASSERT_TRUE(document.load_string(xml.c_str()));
        EXPECT_TRUE(mentions(xml, "<!-- kept -->"));
        expect_kept(document.child("OME"));
        expect_brought_up_to_date(document.child("OME"));
    }
}

TEST(IoOme, FactsAboutPlanesSurvive) {
    const Folder folder;
    write_numbered(folder / "a.tif", 13, rich_xml());
    const ImageInfo info = read_info(folder / "a.tif");
    write_image(folder / "b.ome.tif", info, voxels_for(info).data());
    EXPECT_TRUE(mentions(read_info(folder / "b.ome.tif").ome_xml, R"(PositionX="7.25")"));
    EXPECT_TRUE(mentions(read_info(folder / "b.ome.tif").ome_xml, R"(SignificantBits="12")"));
}

// A channel taken out of an image keeps what was said about it, not what was said about its neighbour.
TEST(IoOme, FactsFollowTheirChannel) {
    const Folder folder;
    write_numbered(folder / "a.tif", 13, rich_xml());
    ImageInfo info = read_info(folder / "a.tif");
    info.size.c = 1;
    const auto written = [&](std::vector<std::string> names) {
        info.channel_names = std::move(names);
        write_image(folder / "b.ome.tif", info, voxels_for(info).data());
        const ImageInfo read = read_info(folder / "b.ome.tif");
        EXPECT_EQ(read.channel_names, info.channel_names);
        return read.ome_xml;
    };
    EXPECT_TRUE(mentions(written({"GFP"}), R"(EmissionWavelength="509")"));
    EXPECT_FALSE(mentions(written({"RFP"}), "EmissionWavelength"));
    EXPECT_FALSE(mentions(written({"who knows"}), "EmissionWavelength"));
    info.size.c = 2;
    const std::string swapped = written({"RFP", "GFP"});
    EXPECT_LT(swapped.find("RFP"), swapped.find("EmissionWavelength"));
    EXPECT_TRUE(mentions(written({"new name", "RFP"}), R"(EmissionWavelength="509")"));
    info.size.c = 3;
    EXPECT_FALSE(mentions(written({"a", "b", "c"}), "EmissionWavelength"));
}

TEST(IoOme, OldSchemasAndPrefixes) {
    const Folder folder;
    std::string xml =
        R"(<ome:OME xmlns:ome="http://www.openmicroscopy.org/Schemas/OME/2013-06"><ome:Image ID="Image:0"><ome:Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="uint16"
 SizeX="6" SizeY="4" SizeZ="2" SizeC="1" SizeT="1" PhysicalSizeX="0.5"><ome:Channel ID="Channel:0:0"/><ome:TiffData/></ome:Pixels></ome:Image></ome:OME>)";
    write_numbered(folder / "a.tif", 2, xml);
    const ImageInfo info = read_info(folder / "a.tif");
    EXPECT_EQ(info.size.z, 2);
    EXPECT_DOUBLE_EQ(*info.voxel_x_um, 0.5);
    write_image(folder / "b.ome.tif", info, voxels_for(info).data(), {.provenance = R"({"k": 1})"});
    const ImageInfo read = read_info(folder / "b.ome.tif");
    EXPECT_EQ(read.provenance, R"({"k": 1})");
    EXPECT_EQ(read.size, info.size);
    EXPECT_FALSE(mentions(read.ome_xml, "PhysicalSizeXUnit")) << "that schema knows no units";
    EXPECT_TRUE(
        mentions(read.ome_xml, R"(<StructuredAnnotations xmlns="http://www.openmicroscopy.org/Schemas/SA/2013-06")"));
    EXPECT_TRUE(mentions(read.ome_xml, "<ome:TiffData "));
}

TEST(IoOme, SeveralFiles) {
    const Folder folder;
    const std::string xml =
        R"(<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" UUID="urn:uuid:A"><Image ID="Image:0"><Pixels ID="Pixels:0" DimensionOrder="XYZCT"
 Type="uint16" SizeX="6" SizeY="4" SizeZ="2" SizeC="1" SizeT="2"><Channel ID="Channel:0:0"/>
<TiffData FirstT="0" IFD="0" PlaneCount="2"><UUID FileName="old name.tif">urn:uuid:A</UUID></TiffData>
<TiffData FirstT="1"><UUID FileName="b.tif">urn:uuid:B</UUID></TiffData></Pixels></Image></OME>)";
    write_numbered(folder / "a.tif", 2, xml);
    EXPECT_TRUE(mentions(complaint_of([&] { read_info(folder / "a.tif"); }), "'b.tif' is not beside it"));
    write_pages(folder / "b.tif", {{.voxel = [](auto...) { return 70; }}, {.voxel = [](auto...) { return 71; }}});
    EXPECT_EQ(page_at(folder / "a.tif", 0, 0, 1), 1);
    EXPECT_EQ(page_at(folder / "a.tif", 1, 0, 0), 70);
    EXPECT_EQ(page_at(folder / "a.tif", 1, 0, 1), 71);
    write_pages(folder / "b.tif",
                {{.voxel = [](auto...) { return 70; }}, {.height = 5, .voxel = [](auto...) { return 71; }}});
    EXPECT_TRUE(
        mentions(complaint_of([&] { read_info(folder / "a.tif"); }), "differ: one is 4 x 6 of uint16, page 2 of"));
    std::string outside = xml;
    outside.replace(outside.find("b.tif"), 5, "../b.tif");
    write_numbered(folder / "a.tif", 2, outside);
    EXPECT_TRUE(mentions(complaint_of([&] { read_info(folder / "a.tif"); }), "outside its folder"));
}

TEST(IoOme, LiesAreNamed) {
    const Folder folder;
    const auto complaint = [&](const std::string& from, const std::string& to) {
        std::string xml = rich_xml();
        xml.replace(xml.find(from), from.size(), to);
        write_numbered(folder / "a.tif", 13, xml);
        return complaint_of([&] { read_info(folder / "a.tif"); });
    };
    EXPECT_TRUE(mentions(complaint(R"(SizeZ="3")", R"(SizeZ="30")"),
                         "states 120 planes (2 time points, 2 channels, 30 z), but there are 13 pages"));
    EXPECT_TRUE(mentions(complaint(R"(SizeZ="3")", R"(SizeZ="1000000000000000000")"), "which cannot be"));
    EXPECT_TRUE(mentions(complaint(R"(SizeZ="3")", R"(SizeZ="0")"), "SizeZ=\"0\", which cannot be"));
    EXPECT_TRUE(
        mentions(complaint(R"(SizeX="6")", R"(SizeX="7")"), "states planes of 4 x 7, but a page is 4 x 6 of uint16"));
    EXPECT_TRUE(mentions(complaint(R"(PlaneCount="12")", R"(PlaneCount="11")"),
                         "1 of them are in no page; the first at t 1, c 1, z 2"));
    EXPECT_TRUE(mentions(complaint(R"(PlaneCount="12")", R"(PlaneCount="9223372036854775807")"), "there are 13 pages"));
    EXPECT_TRUE(mentions(complaint(R"(IFD="0")", R"(IFD="-1")"), "negative"));
    EXPECT_TRUE(mentions(complaint("XYZCT", "XYZZT"), "DimensionOrder=\"XYZZT\""));
    EXPECT_TRUE(mentions(complaint("</Dataset>", ""), "damaged at character"));
    EXPECT_TRUE(mentions(complaint("<Dataset ", "<BinaryOnly MetadataFile='x.ome'/><Dataset "), "'x.ome'"));
}

}  // namespace
}  // namespace planapo::test
