// hold_ns3.cc - the hold model on ns-3: hold_ns3 SCHEDULER PENDING OPERATIONS. Prints one JSON object.
//
// The increments are drawn before and looked up, as in `chef bench queue`. Built by run_queue where ns-3 is installed.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "ns3/nstime.h"
#include "ns3/object-factory.h"
#include "ns3/simulator.h"

static const std::size_t kIncrements = 1 << 16;
static std::vector<ns3::Time> increments;
static std::uint64_t done, wanted;

static void Hold()
{
    const ns3::Time &increment = increments[done % kIncrements];
    done++;
    if (done == wanted) {
        ns3::Simulator::Stop();
    } else {
        ns3::Simulator::Schedule(increment, &Hold);
    }
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        std::fprintf(stderr, "usage: hold_ns3 SCHEDULER PENDING OPERATIONS\n");
        return 2;
    }
    std::uint64_t pending = std::strtoull(argv[2], nullptr, 10);
    wanted = std::strtoull(argv[3], nullptr, 10);
    std::mt19937_64 generator(1);
    std::exponential_distribution<double> exponential(1.0 / 20e6);
    for (std::size_t i = 0; i < kIncrements; i++) {
        increments.push_back(ns3::NanoSeconds(static_cast<std::int64_t>(exponential(generator))));
    }
    ns3::ObjectFactory scheduler;
    scheduler.SetTypeId(std::string("ns3::") + argv[1]);
    ns3::Simulator::SetScheduler(scheduler);
    for (std::uint64_t i = 0; i < pending; i++) {
        ns3::Simulator::Schedule(increments[i % kIncrements], &Hold);
    }
    auto begin = std::chrono::steady_clock::now();
    ns3::Simulator::Run();
    std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    ns3::Simulator::Destroy();
    std::printf("{\"peer\": \"ns-3 %s\", \"size\": %llu, \"work\": %llu, \"million_per_s\": %.4f}\n", argv[1],
                static_cast<unsigned long long>(pending), static_cast<unsigned long long>(done),
                static_cast<double>(done) / seconds.count() / 1e6);
    return 0;
}
