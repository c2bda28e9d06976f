/* What the CUDA headers say, as far as our kernels need it: so that clang makes
 * PTX of them without the CUDA toolkit. */
#define __device__ __attribute__((device))
#define __host__ __attribute__((host))
#define __global__ __attribute__((global))
#define __shared__ __attribute__((shared))
struct courant_index {
  unsigned x, y, z;
};
#define threadIdx (courant_index{(unsigned)__nvvm_read_ptx_sreg_tid_x(), (unsigned)__nvvm_read_ptx_sreg_tid_y(), (unsigned)__nvvm_read_ptx_sreg_tid_z()})
#define blockIdx (courant_index{(unsigned)__nvvm_read_ptx_sreg_ctaid_x(), (unsigned)__nvvm_read_ptx_sreg_ctaid_y(), (unsigned)__nvvm_read_ptx_sreg_ctaid_z()})
#define blockDim (courant_index{(unsigned)__nvvm_read_ptx_sreg_ntid_x(), (unsigned)__nvvm_read_ptx_sreg_ntid_y(), (unsigned)__nvvm_read_ptx_sreg_ntid_z()})
#define gridDim (courant_index{(unsigned)__nvvm_read_ptx_sreg_nctaid_x(), (unsigned)__nvvm_read_ptx_sreg_nctaid_y(), (unsigned)__nvvm_read_ptx_sreg_nctaid_z()})
#define INFINITY __builtin_inff()
extern "C" __device__ double sqrt(double);
extern "C" __device__ float sqrtf(float);
extern "C" __device__ double exp(double);
extern "C" __device__ float expf(float);
extern "C" __device__ double log(double);
extern "C" __device__ float logf(float);
extern "C" __device__ double sin(double);
extern "C" __device__ float sinf(float);
extern "C" __device__ double cos(double);
extern "C" __device__ float cosf(float);
extern "C" __device__ double tan(double);
extern "C" __device__ float tanf(float);
extern "C" __device__ double asin(double);
extern "C" __device__ float asinf(float);
extern "C" __device__ double acos(double);
extern "C" __device__ float acosf(float);
extern "C" __device__ double atan(double);
extern "C" __device__ float atanf(float);
extern "C" __device__ double sinh(double);
extern "C" __device__ float sinhf(float);
extern "C" __device__ double cosh(double);
extern "C" __device__ float coshf(float);
extern "C" __device__ double tanh(double);
extern "C" __device__ float tanhf(float);
extern "C" __device__ double fabs(double);
extern "C" __device__ float fabsf(float);
extern "C" __device__ double fmin(double, double);
extern "C" __device__ float fminf(float, float);
extern "C" __device__ double fmax(double, double);
extern "C" __device__ float fmaxf(float, float);
extern "C" __device__ double atan2(double, double);
extern "C" __device__ float atan2f(float, float);
extern "C" __device__ double pow(double, double);
extern "C" __device__ float powf(float, float);
