# What `cmake --install` leaves behind: a tree from which find_package(planapo) works, wherever it is moved to.
include_guard()
include(CMakePackageConfigHelpers)

install(TARGETS planapo EXPORT planapo_targets
    RUNTIME COMPONENT runtime LIBRARY COMPONENT runtime NAMELINK_COMPONENT development)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/planapo" "${PROJECT_BINARY_DIR}/include/planapo"
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT development FILES_MATCHING PATTERN "*.hpp")

set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/planapo")
install(EXPORT planapo_targets NAMESPACE planapo:: FILE planapoTargets.cmake
    DESTINATION "${package_folder}" COMPONENT development)
configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/planapoConfig.cmake.in" planapoConfig.cmake
    INSTALL_DESTINATION "${package_folder}" NO_SET_AND_CHECK_MACRO)
# Before 1.0 a minor version may break its users, as the SOVERSION says too.
write_basic_package_version_file(planapoConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/planapoConfig.cmake" "${PROJECT_BINARY_DIR}/planapoConfigVersion.cmake"
    DESTINATION "${package_folder}" COMPONENT development)
