// lgamma and digamma: reduction to one unit interval, where a polynomial keeps the relative accuracy at the
// zeros (1 and 2; the positive root of digamma), Stirling's series from 8 on, reflection below 0.
//
// Coefficients: own near-minimax fits (Chebyshev, mpmath, 50 digits; tests/device/make_gamma_tables.py writes
// them), rounded.
#pragma once
#include "log.h"
#include "trig.h"

namespace genfuse::device {

template <class S> struct GammaConstants;
template <> struct GammaConstants<float> {
  static constexpr float half_log_2pi = 0x1.d67f1cp-1f, log_pi = 0x1.250d04p+0f, pi = 0x1.921fb6p+1f;
  static constexpr float root_high = 0x1.762d86p+0f, root_low = 0x1.ab5f2p-27f; // of digamma
  /// lgamma(2 + t) / t for |t| <= 1/2
  template <class V> GF_DEVICE_MEMBER static V from_two(V t) {
    return horner(t, 0x1.b0ee6p-2f, 0x1.4a34ccp-2f, -0x1.13ep-4f, 0x1.513598p-6f, -0x1.e40b3p-8f,
                  0x1.7956cep-9f, -0x1.374ac2p-10f, 0x1.2af9d4p-11f, -0x1.06bbbcp-12f);
  }
  /// x (lgamma(x) - (x - 1/2) log x + x - log(2 pi) / 2) with z = 1 / x^2, x >= 8
  template <class V> GF_DEVICE_MEMBER static V stirling(V z) {
    return horner(z, 0x1.555556p-4f, -0x1.6c1418p-9f, 0x1.98f67cp-11f);
  }
  /// digamma(3/2 + t) / (3/2 + t - root) for |t| <= 1/2
  template <class V> GF_DEVICE_MEMBER static V from_root(V t) {
    return horner(t, 0x1.e6f0ccp-1f, -0x1.b1cb62p-2f, 0x1.eca1ap-3f, -0x1.2feefap-3f, 0x1.850a9cp-4f,
                  -0x1.fb3912p-5f, 0x1.4f0004p-5f, -0x1.bb6bbap-6f, 0x1.152398p-6f, -0x1.708afcp-7f,
                  0x1.6fc2a8p-7f, -0x1.ea009cp-8f);
  }
  /// x^2 (log x - 1/(2x) - digamma(x)) with z = 1 / x^2, x >= 8
  template <class V> GF_DEVICE_MEMBER static V digamma_tail(V z) {
    return horner(z, 0x1.555556p-4f, -0x1.111102p-7f, 0x1.03ec48p-8f, -0x1.026adcp-8f);
  }
  /// n (lgamma(n + 1/2) - lgamma(n) - log(n) / 2) with z = 1 / n^2, n >= 8
  template <class V> GF_DEVICE_MEMBER static V half_step(V z) {
    return horner(z, -0x1p-3f, 0x1.55554ep-8f, -0x1.99793ap-10f, 0x1.29b72ap-10f);
  }
  /// n^2 times its derivative in n
  template <class V> GF_DEVICE_MEMBER static V half_step_slope(V z) {
    return horner(z, 0x1p-3f, -0x1.ffffe4p-7f, 0x1.ffb82p-8f, -0x1.015d9ep-7f);
  }
  /// lgamma(n + 1) - (n + 1/2) log n + n for 1 <= n <= 8, in log n
  template <class V> GF_DEVICE_MEMBER static V stirling_by_log(V l) {
    return horner(l, 0x1p+0f, -0x1.3c467ep-4f, 0x1.155fc8p-5f, -0x1.fc2df4p-8f, 0x1.1e7844p-12f,
                  0x1.9c45f6p-12f, -0x1.5eed14p-14f, -0x1.7cf242p-16f, 0x1.0476cep-16f, -0x1.c041a2p-19f,
                  0x1.279c9ap-22f);
  }
  /// n (digamma(n + 1) - log n), the same
  template <class V> GF_DEVICE_MEMBER static V stirling_slope_by_log(V l) {
    return horner(l, 0x1.b0ee6p-2f, 0x1.155ffp-4f, -0x1.7d2aa6p-6f, 0x1.215224p-10f, 0x1.fad0c2p-10f,
                  -0x1.d22aa2p-12f, -0x1.d0d7d6p-13f, 0x1.5e2ecep-13f, -0x1.90f8cap-15f, 0x1.cb2b3ep-18f,
                  -0x1.af2614p-22f);
  }
  /// n (lgamma(n + 1/2) - lgamma(n) - log(n) / 2), the same
  template <class V> GF_DEVICE_MEMBER static V half_step_by_log(V l) {
    return horner(l, -0x1.eeb95cp-4f, -0x1.cfc574p-8f, 0x1.4e5032p-8f, -0x1.c2644p-10f, -0x1.8f3cc6p-17f,
                  0x1.ed3e6p-13f, -0x1.103398p-14f, -0x1.d4970ep-17f, 0x1.b1ed0ep-17f, -0x1.abbb58p-19f,
                  0x1.36d488p-22f);
  }
  /// n^2 times its derivative, the same
  template <class V> GF_DEVICE_MEMBER static V half_step_slope_by_log(V l) {
    return horner(l, 0x1.d1bdp-4f, 0x1.1b1b3p-6f, -0x1.503556p-7f, 0x1.bc5a36p-10f, 0x1.2535dp-10f,
                  -0x1.0a50dap-11f, -0x1.43d706p-13f, 0x1.9bb9cep-13f, -0x1.2f4cdp-14f, 0x1.a0b6b6p-17f,
                  -0x1.8478e6p-21f, -0x1.02b65cp-25f);
  }
};
template <> struct GammaConstants<double> {
  static constexpr double half_log_2pi = 0x1.d67f1c864beb5p-1, log_pi = 0x1.250d048e7a1bdp+0,
                          pi = 0x1.921fb54442d18p+1;
  static constexpr double root_high = 0x1.762d86356be3fp+0, root_low = 0x1.b86a722197829p-54;
  template <class V> GF_DEVICE_MEMBER static V from_two(V t) {
    return horner(t, 0x1.b0ee6072093cep-2, 0x1.4a34cc4a60fa6p-2, -0x1.13e001a55760ap-4, 0x1.51322ac7d848ap-6,
                  -0x1.e404fc218dbaep-8, 0x1.7add6eadb5317p-9, -0x1.38ac5c2d48207p-10, 0x1.0b36af8779ca0p-11,
                  -0x1.d3fd4b679c1c4p-13, 0x1.a127afee53e7dp-14, -0x1.78de9ab752b81p-15,
                  0x1.580e0afa55850p-16, -0x1.3cb3be36ad88bp-17, 0x1.258f3057730fap-18,
                  -0x1.1276ebd557fb0p-19, 0x1.012012be3900ap-20, -0x1.ce17528bcf460p-22,
                  0x1.b40adb09a1e12p-23, -0x1.2009c1a550d0dp-23, 0x1.11fa5e7c86f7bp-24);
  }
  template <class V> GF_DEVICE_MEMBER static V stirling(V z) {
    return horner(z, 0x1.5555555555555p-4, -0x1.6c16c16c16c0fp-9, 0x1.a01a01a00d0c8p-11,
                  -0x1.381381168d370p-11, 0x1.b951b7066a805p-11, -0x1.f69af4cedb3c1p-10, 0x1.a2565f7c03969p-8,
                  -0x1.c6897db52d634p-6, 0x1.c29fa984fd96ep-4);
  }
  template <class V> GF_DEVICE_MEMBER static V from_root(V t) {
    return horner(t, 0x1.e6f0cbb873616p-1, -0x1.b1cb63005ee98p-2, 0x1.eca189b8e6f6dp-3, -0x1.2feeeb98a78eap-3,
                  0x1.8512e5903903ep-4, -0x1.fb44202a2306bp-5, 0x1.4de9aa1779d23p-5, -0x1.b9f8b11bfd3d0p-6,
                  0x1.2564717896ec6p-6, -0x1.863563f44f303p-7, 0x1.03c0adafa529cp-7, -0x1.5a06a5d662cb4p-8,
                  0x1.cd2011454fd05p-9, -0x1.336dbe66757c8p-9, 0x1.99d3f5c0cad5ep-10, -0x1.0fb38d217b800p-10,
                  0x1.6a3e76070c135p-11, -0x1.fd8e50abf2196p-12, 0x1.53b23429da21bp-12,
                  -0x1.2fae5cb379bf2p-13, 0x1.94e73cc9821e1p-14, -0x1.75c084e78a4cdp-13,
                  0x1.f255c4568ac4dp-14);
  }
  template <class V> GF_DEVICE_MEMBER static V digamma_tail(V z) {
    return horner(z, 0x1.5555555555555p-4, -0x1.1111111111110p-7, 0x1.041041040ec04p-8, -0x1.1111110c379c6p-8,
                  0x1.f07c170b95ac6p-8, -0x1.5993b2b56e1dcp-6, 0x1.550e0d839d145p-4, -0x1.bf50e479b5526p-2,
                  0x1.56227f90f7bc3p+1, -0x1.991ac88127b9ap+3);
  }
  template <class V> GF_DEVICE_MEMBER static V half_step(V z) {
    return horner(z, -0x1p-3, 0x1.5555555555555p-8, -0x1.9999999999913p-10, 0x1.36db6db6ba7b9p-10,
                  -0x1.b8e38df63e4ffp-10, 0x1.f68b7b5f8b341p-9, -0x1.a40c5304e4206p-7, 0x1.e341f954ffadbp-5,
                  -0x1.66d1c58fef839p-2, 0x1.286e3d0a48c5ap+1, -0x1.681e91c76417dp+3);
  }
  template <class V> GF_DEVICE_MEMBER static V half_step_slope(V z) {
    return horner(z, 0x1p-3, -0x1p-6, 0x1.ffffffffffd37p-8, -0x1.0fffffffa878cp-7, 0x1.efffff4ec66d7p-7,
                  -0x1.597fcb5bf7b12p-5, 0x1.55462b5cbcbafp-3, -0x1.c4b236278db12p-1, 0x1.7aacdefcf093ap+2,
                  -0x1.55d264235ed1ep+5, 0x1.b6689da149339p+7);
  }
  template <class V> GF_DEVICE_MEMBER static V stirling_by_log(V l) {
    return horner(
        l, 0x1.p+0, -0x1.3c467e37db0c9p-4, 0x1.155fe41b2cda1p-5, -0x1.fc33ada793eafp-8, 0x1.1f74fa982d1cap-12,
        0x1.9b5fe05c18674p-12, -0x1.64e584514b400p-14, -0x1.2bc9248e1ff01p-16, 0x1.4141b4af1505ep-17,
        0x1.19b94e6ab2f53p-21, -0x1.f9445e28c6a38p-21, 0x1.13ead3f895351p-29, 0x1.0dc8dcbc21bdap-23,
        -0x1.6dce24ff51fe5p-25, 0x1.684f6870f5e8bp-26, -0x1.4e8b7be3c36cdp-26, 0x1.90f5a9b8b7853p-27,
        -0x1.245bd44b5eb5cp-28, 0x1.0d305331effefp-30, -0x1.2e424d95e3b7ap-33, 0x1.562a50112308dp-37,
        -0x1.0830b80c39c67p-45, -0x1.071ebf6fbecc5p-45);
  }
  template <class V> GF_DEVICE_MEMBER static V stirling_slope_by_log(V l) {
    return horner(l, 0x1.b0ee6072093cep-2, 0x1.155fe41b2cc6cp-4, -0x1.7d26c23d9fc3ap-6, 0x1.1f74fa81ae5e7p-10,
                  0x1.011becd30f4bcp-9, -0x1.0bac3848e49a1p-11, -0x1.064e027a1b9f7p-13, 0x1.4130482e1288ep-14,
                  0x1.40812f2059bdcp-18, -0x1.40439cfacff45p-17, 0x1.2fae1a7c038f5p-22, 0x1.28940e7559b67p-20,
                  -0x1.f7a2278cf705fp-25, -0x1.9dbcfefb570cbp-23, 0x1.827832df26cb5p-24,
                  -0x1.c3d1d10f22b57p-25, 0x1.8d1e872ff0862p-25, -0x1.e467ae31e2cfbp-26,
                  0x1.76b642c569680p-27, -0x1.78f45cdcc5e3bp-29, 0x1.e64d1ad5e2143p-32,
                  -0x1.7198fd0f94fc5p-35, 0x1.fb821cc31c7d3p-40);
  }
  template <class V> GF_DEVICE_MEMBER static V half_step_by_log(V l) {
    return horner(
        l, -0x1.eeb95b094c191p-4, -0x1.cfc5a0386084fp-8, 0x1.4e536570ae1a4p-8, -0x1.c2bf77ddf3faap-10,
        -0x1.de511c4434616p-18, 0x1.da25a0fa6a5cbp-13, -0x1.d2bc132c02f55p-15, -0x1.228a1206ce63dp-16,
        0x1.555780cc420d9p-17, 0x1.47e5d68948a0cp-21, -0x1.66301a4eb1e65p-20, 0x1.25cc0f16ed482p-24,
        0x1.5b7dd1bb8a813p-23, -0x1.f2fd57f370e23p-26, -0x1.8791f27e0ae24p-27, 0x1.3a525df691c32p-29,
        -0x1.6db9345338ba7p-33, 0x1.292ffb40c8a63p-29, -0x1.148af122f291bp-29, 0x1.ef1795bb62d3fp-31,
        -0x1.098a677212427p-32, 0x1.613c41a7538fdp-35, -0x1.103b5f5e6dcb0p-38, 0x1.777a8a50c8661p-43);
  }
  template <class V> GF_DEVICE_MEMBER static V half_step_slope_by_log(V l) {
    return horner(
        l, 0x1.d1bd0105c610dp-4, 0x1.1b1b1ac66f1e3p-6, -0x1.50317fab8b506p-7, 0x1.bb463366ce85fp-10,
        0x1.2a35d616a6c5bp-10, -0x1.258ff6b30ad8ep-11, -0x1.131209488b2e7p-14, 0x1.9df25fbd49d86p-14,
        -0x1.3808909861ba5p-18, -0x1.d6bae52a8f0d6p-17, 0x1.2e4218be50dc3p-19, 0x1.a9081ce545aecp-20,
        -0x1.1c1e291dfeadep-23, -0x1.3cd95193df0e1p-21, 0x1.f27bf375a5122p-22, -0x1.4f0a2462a05f3p-22,
        0x1.d375ab5449c3bp-23, -0x1.08223c9a08e90p-23, 0x1.af0371a36f624p-25, -0x1.f101aea8cf544p-27,
        0x1.8eb880f205c94p-29, -0x1.aada26f8265bdp-32, 0x1.13d29cc73397ap-35, -0x1.47084b5a5cf8dp-40);
  }
};

/// lgamma of x >= 0. Below 8, x = k + t with |t| <= 1/2, and lgamma(x) = lgamma(2 + t) +- log of the factors
/// between; near 1 that is lgamma(2 + t) - log(x), which vanish together, so the relative accuracy stays.
template <class V> GF_DEVICE V lgamma_positive(V x) {
  using S = ScalarOf<V>;
  using C = GammaConstants<S>;
  auto large = x >= V(8);
  V u = select(large, V(2), x), k = nearest(u), t = u - k;
  V product = V(1);
  GF_UNROLL
  for (int j = 2; j < 8; ++j) // t + j is exact: it is x minus an integer
    product = select(k > V(S(j)), product * (t + V(S(j))), product);
  product = select(k < V(1), u * (u + V(1)), select(k < V(2), u, product));
  V l = log(select(large, x, product));
  V small = fma(t, C::from_two(t), select(k < V(2), -l, l));
  V reciprocal = divide(V(1), x);
  V series = fma(C::stirling(reciprocal * reciprocal), reciprocal, V(C::half_log_2pi - S(0.5)));
  return select(large, fma(x - V(S(0.5)), l - V(1), series), small);
}

/// log |Gamma(x)|: at most 5 ulp (f32, f64) for x >= 0; for x < 0, where it has zeros between the poles, of
/// the larger of |value| and 2.
/// inf at 0 and the negative integers, lgamma(+-inf) = inf, NaN for NaN.
template <class V> GF_DEVICE V lgamma(V x) {
  using C = GammaConstants<ScalarOf<V>>;
  auto negative = x < V(0);
  V core = lgamma_positive(select(negative, V(1) - x, x));
  // Gamma(x) Gamma(1 - x) = pi / sin(pi x)
  V reflected = V(C::log_pi) - log(absolute(sinpi(x))) - core;
  return select(negative, select(x == -infinity<V>(), infinity<V>(), reflected), core);
}

/// digamma of x >= 0, with -inf at 0.
template <class V> GF_DEVICE V digamma_positive(V x) {
  using S = ScalarOf<V>;
  using C = GammaConstants<S>;
  auto large = x >= V(8);
  auto tiny = x < V(1);
  // Steps of 1 into [1, 2]; the reciprocals on the way are one fraction.
  V u = select(tiny, x + V(1), select(large, V(1), x));
  V top = select(tiny, V(-1), V(0)), bottom = select(tiny, x, V(1));
  V below = u;
  GF_UNROLL
  for (int j = 1; j < 7; ++j) {
    auto step = u > V(S(j + 1));
    V here = u - V(S(j));
    top = select(step, fma(top, here, bottom), top);
    bottom = select(step, bottom * here, bottom);
    below = select(step, here, below);
  }
  V distance = (below - V(C::root_high)) - V(C::root_low);
  V small = fma(distance, C::from_root(below - V(S(1.5))), divide(top, bottom));
  V reciprocal = divide(V(1), select(large, x, V(8)));
  V series = reciprocal * fma(reciprocal, C::digamma_tail(reciprocal * reciprocal), V(S(0.5)));
  return select(large, log(select(large, x, V(8))) - series, small);
}

/// The derivative of lgamma: at most 4 ulp (f32, f64) for x >= 0, at its root too; for x < 0 of the larger of
/// |value| and |pi / sin(pi x)|.
/// digamma(+-0) = -+inf, NaN at the negative integers and -inf (there is no limit), digamma(inf) = inf, NaN
/// for NaN.
template <class V> GF_DEVICE V digamma(V x) {
  using C = GammaConstants<ScalarOf<V>>;
  auto negative = x < V(0);
  V core = digamma_positive(select(negative, V(1) - x, x));
  SinCos<V> turn = sincospi(x); // digamma(1 - x) - digamma(x) = pi cot(pi x)
  V reflected = core - divide(turn.cos, turn.sin) * V(C::pi);
  return select(negative, select(turn.sin == V(0), not_a_number<V>(), reflected), core);
}

} // namespace genfuse::device
