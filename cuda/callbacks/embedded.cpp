// The callback as nvcc compiled it, turned into an array by the toolkit's bin2c.
#include "callbacks.hpp"
#include "multiply_fatbin.h"  // const unsigned long long planapo_multiply_fatbin[]

namespace planapo::cuda {

CallbackCode multiply_callback() {
    return {"planapo_multiply", planapo_multiply_fatbin, sizeof planapo_multiply_fatbin};
}

}  // namespace planapo::cuda
