// The programs of docs/language.md, in its order.
#include "codegen/Trace.h"
#include "frontend/genfuse.h"
#include <cmath>
#include <cstdio>
namespace gf = genfuse;

int main() {
  // A function with random choices
  auto weather = gf::gen("weather", {"humid"}, [](gf::Real humid) {
    gf::Real heat = gf::sample("heat", gf::normal(20.0, 5.0));
    gf::Bool rain = gf::sample("rain", gf::bernoulli(gf::sigmoid(humid - 0.1 * heat)));
    return gf::select(rain, heat - 4.0, heat);
  });

  // Calls
  auto week = gf::gen("week", {"humid"}, [&](gf::Vector humid) {
    gf::Real first = gf::call("monday", weather, humid[0]);
    gf::Real second = gf::call("tuesday", weather, humid[1]);
    return second - first;
  });

  // Plates
  auto line = gf::gen("line", {"xs"}, [](gf::Vector xs) {
    gf::Real slope = gf::sample("slope", gf::normal(0.0, 2.0));
    gf::Real noise = gf::sample("noise", gf::gamma(2.0, 1.0));
    gf::map("y", gf::elements(xs), [&](gf::Real x) { return gf::normal(slope * x, noise); });
    return slope;
  });

  // Plates in plates, vectors, indices
  auto groups = gf::gen("groups", {"X", "group"}, [](gf::Matrix X, gf::IntVector group) {
    gf::Vector offsets =
        gf::map("offset", gf::range(X.cols()), [](gf::Index) { return gf::normal(0.0, 1.0); });
    gf::Vector weights = gf::sample("weights", gf::dirichlet(gf::exp(offsets)));
    gf::map(
        "row",
        [&](gf::Vector x, gf::Int g) {
          gf::Real mean = gf::dot(x, weights) + offsets[g];
          gf::sample("count", gf::poisson(gf::exp(mean)));
        },
        gf::rows(X), gf::elements(group));
  });

  // Ragged plates
  auto clinics = gf::gen("clinics", {"dose", "ends"}, [](gf::Vector dose, gf::IntVector ends) {
    gf::map("clinic", gf::ragged(ends, dose.size()), [&](gf::Row patients) {
      gf::Real level = gf::sample("level", gf::normal(0.0, 1.0));
      gf::map("y", gf::elements(dose, patients), [&](gf::Real d) { return gf::normal(level * d, 0.5); });
    });
  });
  gf::Program ragged(clinics, {.real = gf::Precision::f64});
  gf::Inputs patients;
  patients.arguments["dose"] = gf::Array::from<double>({0.5, 1.0, 2.0, 1.5, 1.0});
  patients.arguments["ends"] = gf::Array::from<int64_t>({0, 2, 2, 5});
  patients.choices.set("clinic/0/y/*", std::vector<double>{0.2, 0.9});
  patients.choices.set("clinic/2/y/*", std::vector<double>{-1.0, -0.7, -0.6});
  gf::Trace visits = ragged.generate(patients, {.seed = 7});
  double third = visits.choiceMap().get("clinic/2/y/1").real();

  // Trainable parameters
  auto neuron = gf::gen("neuron", {"x"}, [](gf::Vector x) {
    auto w = gf::param("w", {x.size()});
    auto b = gf::param("b", {});
    return gf::sample("spike", gf::bernoulli(gf::logits = gf::dot(w, x) + b));
  });

  // Compiling and running
  gf::Program program(line, {.real = gf::Precision::f64});
  gf::Inputs inputs;
  inputs.arguments["xs"] = gf::Array::from<double>({-1, 0, 1, 2});
  gf::Trace drawn = program.simulate(inputs, {.seed = 7});
  inputs.choices.set("y/*", std::vector<double>{-1.9, 0.2, 2.1, 3.8});
  gf::Trace trace = program.generate(inputs, {.seed = 7});

  // Changing a trace
  gf::TraceChange better = trace.update({{"slope", 2.0}, {"noise", 0.2}});
  std::printf("log weight of the better line is positive: %d\n", better.weight().at({}) > 0);
  better.commit();
  gf::TraceChange again = trace.regenerate(gf::Selection::at("slope"), {.seed = 8});
  bool accept = again.weight().at({}) > -1;
  if (accept)
    again.commit();
  gf::Array prior = trace.project(gf::Selection::parse("slope | noise"));

  // Gradients
  gf::Outcome gradients = trace.gradient("slope, noise");
  double d_slope = gradients.choiceGradients.at("slope").at({});

  // Many traces at once
  gf::Inputs many = inputs;
  gf::Trace particles = program.generate(many, {.seed = 1, .instances = 1000});
  std::printf("particles %lld, weights %s\n", static_cast<long long>(particles.instances()),
              particles.weight().describe().c_str());

  // Procedures
  auto climb =
      gf::procedure("climb", {"xs", "ys", "start"}, [&](gf::Vector xs, gf::Vector ys, gf::Real start) {
        gf::Density density(line, {.arguments = {{"xs", xs}}, .choices = {{"noise", 0.5}, {"y/*", ys}}});
        gf::Real best = gf::loop(200, start, [&](gf::Index, gf::Real slope) {
          gf::Values up = density.gradient({{"slope", slope}}).gradients;
          return slope + 0.01 * up.get<gf::Real>("slope");
        });
        return gf::Values{{"slope", best}};
      });
  gf::Program climber(climb, {.real = gf::Precision::f64});
  gf::Inputs data = inputs;
  data.choices = {};
  data.arguments["ys"] = gf::Array::from<double>({-1.9, 0.2, 2.1, 3.8});
  data.arguments["start"] = gf::Array::scalar(0.0);
  gf::Outcome top = climber.run("run()", data);
  std::printf("best slope %.4f\n", top.results.at("slope").at({}));

  auto hmc = gf::procedure(
      "hmc", {"xs", "ys", "start", "steps"},
      [&](gf::Vector xs, gf::Vector ys, gf::Real start, gf::Vector steps) {
        gf::Density density(line, {.arguments = {{"xs", xs}}, .choices = {{"noise", 0.5}, {"y/*", ys}}});
        using Point = std::tuple<gf::Values, gf::Values>; // position and momentum
        using State = std::tuple<gf::Values, gf::Real>;   // position and log density
        const gf::Values first{{"slope", start}};
        auto chain = gf::loop(steps.size(), State{first, density(first)}, [&](gf::Index t, const State &now) {
          auto [q, score] = now;
          gf::Real step = steps[t];
          auto leap = [&](gf::Index, const Point &at) {
            auto [position, momentum] = at;
            gf::Values half = momentum + 0.5 * step * density.gradient(position).gradients;
            gf::Values next = position + step * half;
            return Point{next, half + 0.5 * step * density.gradient(next).gradients};
          };
          gf::Values p = gf::standard_normal(q);
          auto [q_end, p_end] = gf::loop(8, Point{q, p}, leap);
          gf::Real end = density(q_end);
          gf::Real ratio = end - score + 0.5 * (gf::dot(p, p) - gf::dot(p_end, p_end));
          gf::Bool accept = gf::log(gf::sample(gf::uniform(0.0, 1.0))) < ratio;
          gf::Values kept = gf::select(accept, q_end, q);
          return gf::Step{State{kept, gf::select(accept, end, score)}, kept};
        });
        return gf::Values{{"slopes", chain.kept.get<gf::Vector>("slope")}};
      });
  gf::Program sampler(hmc, {.real = gf::Precision::f64});
  data.arguments["start"] = gf::Array::from<double>({-1, 0, 1, 2});
  data.arguments["steps"] = gf::Array::from<double>(std::vector<double>(1000, 0.04));
  gf::Outcome draws = sampler.run("run()", data, {.seed = 5, .instances = 4});
  gf::Array slopes = draws.results.at("slopes");
  std::printf("draws %s\n", slopes.describe().c_str());
  // The posterior is normal(46.4 / 24.25, 1 / sqrt(24.25)). A trajectory is a quarter of its period, so draws
  // are nearly independent: the mean of 3600 has a standard error of 0.0034. The tolerance is four of them.
  double sum = 0;
  for (int64_t t = 100; t < 1000; ++t)
    for (int64_t c = 0; c < 4; ++c)
      sum += slopes.at({t, c});
  std::printf("mean within 0.0136 of the posterior's: %d\n", std::abs(sum / 3600 - 46.4 / 24.25) < 0.0136);

  gf::Program weeks(week, {.real = gf::Precision::f64}), grouped(groups, {.real = gf::Precision::f64}),
      spiking(neuron, {.real = gf::Precision::f64});
  gf::Trace monday = weeks.simulate({.arguments = {{"humid", gf::Array::from<double>({1, 2})}},
                                     .parameters = {},
                                     .choices = {},
                                     .returnGradient = {}});
  std::printf("%s\n", monday.choices().begin()->first.c_str());
  gf::Inputs rows;
  rows.arguments["X"] = gf::Array::from<double>({0.1, 0.2, 0.3, 0.4, 0.5, 0.6}, {3, 2});
  rows.arguments["group"] = gf::Array::from<int64_t>({0, 1, 1});
  gf::Trace counts = grouped.simulate(rows, {.seed = 3});
  gf::Inputs cell;
  cell.arguments["x"] = gf::Array::from<double>({1, 2, 3});
  cell.parameters = spiking.initialParameters(cell.arguments);
  gf::Trace spike = spiking.simulate(cell, {.seed = 3});
  std::printf("finite: %d\n", drawn.score().at({}) < 0 && prior.at({}) < 0 && d_slope == d_slope &&
                                  counts.score().at({}) < 0 && spike.score().at({}) < 0 && third == -0.7);
}
