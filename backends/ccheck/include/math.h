#ifndef CCHECK_MATH_H
#define CCHECK_MATH_H
#define UNARY(name) double name(double x); float name##f(float x);
#define BINARY(name) double name(double x, double y); float name##f(float x, float y);
UNARY(sqrt) UNARY(cbrt) UNARY(exp) UNARY(expm1) UNARY(log) UNARY(log1p)
UNARY(sin) UNARY(cos) UNARY(tan) UNARY(asin) UNARY(acos) UNARY(atan)
UNARY(sinh) UNARY(cosh) UNARY(tanh)
UNARY(fabs) UNARY(floor) UNARY(ceil) UNARY(round) UNARY(trunc)
BINARY(pow) BINARY(atan2) BINARY(hypot) BINARY(fmin) BINARY(fmax) BINARY(fmod) BINARY(copysign)
double fma(double x, double y, double z);
float fmaf(float x, float y, float z);
#undef UNARY
#undef BINARY
#define NAN (0.0f / 0.0f)
#define INFINITY (1.0f / 0.0f)
#endif
