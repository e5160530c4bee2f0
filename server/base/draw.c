/* draw.c - randomness as a function of (seed, purpose, entity, n).
 *
 * Why splitmix64: it is a counter put through a mixer, so the n-th number is computed without the
 * n-1 before it, which is what named draws need; its numbers pass the usual batteries, and a draw is
 * three multiplications. A generator with a large state (Mersenne twister) could not be had once for
 * each of thousands of entities. */
#include "base/draw.h"

#include <assert.h>
#include <stddef.h>

__extension__ typedef unsigned __int128 draw_u128;

static const uint64_t DRAW_GOLDEN =
    0x9e3779b97f4a7c15u; /* 2^64 / golden ratio: steps that never repeat */

/* One full mix between the parts, so that (purpose 1, entity 2) and (purpose 2, entity 1) have
 * nothing in common. */
static uint64_t draw_key(uint64_t seed, uint32_t purpose, uint64_t entity)
{
    uint64_t key = draw_mix(seed + DRAW_GOLDEN);
    key = draw_mix(key + purpose * DRAW_GOLDEN);
    return draw_mix((key ^ entity) + DRAW_GOLDEN);
}

static uint64_t draw_at(uint64_t key, uint64_t n)
{
    return draw_mix(key + (n + 1) * DRAW_GOLDEN);
}

uint64_t draw_u64(uint64_t seed, uint32_t purpose, uint64_t entity, uint64_t n)
{
    return draw_at(draw_key(seed, purpose, entity), n);
}

struct draw_stream draw_stream_init(uint64_t seed, uint32_t purpose, uint64_t entity)
{
    return (struct draw_stream){.key = draw_key(seed, purpose, entity), .n = 0};
}

uint64_t draw_below(uint64_t value, uint64_t bound)
{
    assert(bound > 0);
    return (uint64_t)(((draw_u128)value * bound) >> 64);
}

uint64_t draw_between(uint64_t value, uint64_t low, uint64_t high)
{
    assert(low <= high);
    assert(high - low < UINT64_MAX);
    return low + draw_below(value, high - low + 1);
}

bool draw_chance_ppm(uint64_t value, uint32_t ppm)
{
    return draw_below(value, DRAW_MILLION) < ppm;
}

/* DRAW_MINUS_LN[i] = -ln(1/2 + i/512) * 2^32, rounded to nearest. */
static const uint32_t DRAW_MINUS_LN[257] = {
    2977044472, 2960299939, 2943620433, 2927005452, 2910454498, 2893967079, 2877542710, 2861180910,
    2844881204, 2828643123, 2812466203, 2796349984, 2780294013, 2764297840, 2748361023, 2732483122,
    2716663704, 2700902338, 2685198601, 2669552073, 2653962338, 2638428985, 2622951609, 2607529807,
    2592163181, 2576851338, 2561593890, 2546390450, 2531240638, 2516144076, 2501100392, 2486109217,
    2471170186, 2456282936, 2441447110, 2426662354, 2411928318, 2397244655, 2382611021, 2368027078,
    2353492488, 2339006918, 2324570040, 2310181526, 2295841054, 2281548305, 2267302961, 2253104709,
    2238953239, 2224848243, 2210789418, 2196776461, 2182809076, 2168886965, 2155009838, 2141177403,
    2127389374, 2113645467, 2099945400, 2086288895, 2072675675, 2059105467, 2045577999, 2032093005,
    2018650217, 2005249372, 1991890209, 1978572470, 1965295899, 1952060242, 1938865248, 1925710667,
    1912596253, 1899521761, 1886486949, 1873491577, 1860535406, 1847618201, 1834739729, 1821899758,
    1809098057, 1796334401, 1783608562, 1770920319, 1758269449, 1745655732, 1733078952, 1720538893,
    1708035340, 1695568083, 1683136909, 1670741613, 1658381986, 1646057825, 1633768926, 1621515088,
    1609296111, 1597111799, 1584961954, 1572846382, 1560764891, 1548717289, 1536703387, 1524722996,
    1512775930, 1500862005, 1488981037, 1477132844, 1465317245, 1453534063, 1441783119, 1430064238,
    1418377245, 1406721967, 1395098232, 1383505871, 1371944714, 1360414593, 1348915343, 1337446799,
    1326008797, 1314601174, 1303223771, 1291876427, 1280558983, 1269271284, 1258013171, 1246784492,
    1235585093, 1224414820, 1213273524, 1202161054, 1191077261, 1180021998, 1168995119, 1157996477,
    1147025929, 1136083331, 1125168542, 1114281420, 1103421825, 1092589619, 1081784665, 1071006824,
    1060255961, 1049531943, 1038834634, 1028163902, 1017519616, 1006901644, 996309858,  985744127,
    975204325,  964690324,  954201998,  943739222,  933301872,  922889825,  912502959,  902141151,
    891804281,  881492230,  871204878,  860942108,  850703802,  840489844,  830300118,  820134511,
    809992907,  799875193,  789781259,  779710991,  769664279,  759641013,  749641085,  739664385,
    729710807,  719780242,  709872585,  699987731,  690125574,  680286012,  670468939,  660674255,
    650901856,  641151642,  631423513,  621717368,  612033109,  602370636,  592729852,  583110661,
    573512964,  563936668,  554381675,  544847893,  535335226,  525843582,  516372867,  506922990,
    497493860,  488085384,  478697474,  469330039,  459982990,  450656238,  441349697,  432063277,
    422796893,  413550459,  404323887,  395117094,  385929995,  376762505,  367614542,  358486021,
    349376861,  340286980,  331216296,  322164728,  313132196,  304118620,  295123921,  286148020,
    277190838,  268252297,  259332320,  250430830,  241547751,  232683006,  223836520,  215008219,
    206198026,  197405869,  188631673,  179875366,  171136874,  162416125,  153713048,  145027570,
    136359621,  127709130,  119076027,  110460242,  101861706,  93280350,   84716105,   76168904,
    67638678,   59125361,   50628884,   42149183,   33686191,   25239841,   16810070,   8396811,
    0,
};

static const uint64_t DRAW_LN2_Q32 = 2977044472u; /* ln 2 * 2^32 */

/* -ln(u) in 32.32 fixed point for u = value / 2^64: with u = m * 2^-k and m in [1/2, 1), it is k ln
 * 2 - ln m. */
static uint64_t draw_minus_ln_q32(uint64_t value)
{
    assert(value > 0);
    unsigned zeros = (unsigned)__builtin_clzll(value);
    uint64_t mantissa = value << zeros;                   /* top bit set: m = mantissa / 2^64 */
    uint32_t index = (uint32_t)((mantissa >> 55) & 0xff); /* the eight bits below the top one */
    uint64_t fraction = (mantissa >> 23) & 0xffffffffu;   /* the 32 bits below those */
    uint64_t high = DRAW_MINUS_LN[index];
    uint64_t low = DRAW_MINUS_LN[index + 1];
    assert(high > low);
    return zeros * DRAW_LN2_Q32 + high - (((high - low) * fraction) >> 32);
}

uint64_t draw_exponential(uint64_t value, uint64_t mean)
{
    assert(mean < (uint64_t)1 << 58);
    uint64_t minus_ln =
        draw_minus_ln_q32(value | 1); /* u = 0 has no logarithm; u = 2^-64 stands for it */
    return (uint64_t)(((draw_u128)mean * minus_ln) >> 32);
}

uint32_t draw_weighted(uint64_t value, const uint64_t *cumulative, uint32_t count)
{
    assert(count > 0);
    uint64_t point = draw_below(value, cumulative[count - 1]);
    uint32_t low = 0;
    uint32_t high = count - 1;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (point < cumulative[middle]) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

/* r^-s = exp(-s ln r) in 2^-30ths. The logarithm is that of the exponential draw (no libm), the power
 * exp(-x) as (1 - x/2^16)^(2^16), by squaring. */
static uint64_t draw_zipf_weight(uint32_t rank, uint32_t exponent_hundredths)
{
    enum { HUNDRED = 100, SQUARINGS = 16 };
    const uint64_t one = UINT64_C(1) << 30;
    uint64_t ln_ppm = rank == 1 ? 0 : draw_exponential(UINT64_MAX / rank, DRAW_MILLION);
    uint64_t x_ppm = ln_ppm * exponent_hundredths / HUNDRED;
    uint64_t power = one - x_ppm * (one >> SQUARINGS) / DRAW_MILLION;
    for (uint32_t i = 0; i < SQUARINGS; i++)
        power = power * power >> 30;
    return power > 0 ? power : 1;
}

void draw_zipf_table(uint64_t *cumulative, uint32_t count, uint32_t exponent_hundredths)
{
    assert(count >= 1 && count <= 1u << 20);
    assert(exponent_hundredths <= 1000);
    uint64_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        sum += draw_zipf_weight(i + 1, exponent_hundredths);
        cumulative[i] = sum;
    }
}
