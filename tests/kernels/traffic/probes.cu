// One warp each.
#include "probes.cuh"

#include "launch.cuh"

namespace planapo::probes {

__global__ void rows_kernel(View<const float> in, View<float> out) { out(0, 0, threadIdx.x) = in(0, 0, threadIdx.x); }

__global__ void columns_kernel(View<const float> in, View<float> out) {
    out(0, 0, threadIdx.x) = in(0, threadIdx.x, 0);
}

__global__ void add_one_kernel(View<float> io) { io(0, 0, threadIdx.x) += 1.f; }

__global__ void part_kernel(View<const float> in, View<float> out) {
    float value = 0;
    if (threadIdx.x % 2 == 0)
        value = in(0, 0, threadIdx.x);
    else
        value = 2 * in(0, 0, threadIdx.x);
    out(0, 0, threadIdx.x) = value;
}

__global__ void loop_kernel(View<const float> in, View<float> out) {
    float sum = 0;
    for (unsigned y = 0; y <= threadIdx.x; ++y) sum += in(0, y, threadIdx.x);
    out(0, 0, threadIdx.x) = sum;
}

__global__ void pairs_kernel(View<const Pair> in, View<double> out) {
    const Pair& pair = in(0, 0, threadIdx.x);
    out(0, 0, threadIdx.x) = pair.first + pair.second;
}

__device__ inline Pair swapped(Pair pair) { return {pair.second, pair.first + 1}; }

__global__ void swap_kernel(View<const Pair> in, View<Pair> out) {
    out(0, 0, threadIdx.x) = swapped(in(0, 0, threadIdx.x));
}

__global__ void images_kernel(View<float> out) {
    const std::int64_t x = threadIdx.x, columns = threadIdx.x < 4 ? 2 : 1;
    for (std::int64_t y = 0; y < 3; ++y)
        for (std::int64_t i = 0; i < columns; ++i)
            if (y > 0 || i > 0) out(0, y, x + 32 * i) = 1.f;
}

template <typename... Parameters, typename... Arguments>
void run(void (*kernel)(Parameters...), Arguments... arguments) {
    cuda::launch(kernel, 1u, 32u, 0, nullptr, arguments...);
}

void read_rows(View<const float> in, View<float> out) { run(rows_kernel, in, out); }
void read_columns(View<const float> in, View<float> out) { run(columns_kernel, in, out); }
void add_one(View<float> io) { run(add_one_kernel, io); }
void part_and_meet(View<const float> in, View<float> out) { run(part_kernel, in, out); }
void loop_as_often_as_lane(View<const float> in, View<float> out) { run(loop_kernel, in, out); }
void read_pairs(View<const Pair> in, View<double> out) { run(pairs_kernel, in, out); }
void swap_pairs(View<const Pair> in, View<Pair> out) { run(swap_kernel, in, out); }
void write_images(View<float> out) { run(images_kernel, out); }

}  // namespace planapo::probes
