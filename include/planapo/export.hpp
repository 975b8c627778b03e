// What leaves the shared library: everything else is hidden.
#pragma once

#define PLANAPO_API __attribute__((visibility("default")))
