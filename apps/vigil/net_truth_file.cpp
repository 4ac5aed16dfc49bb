// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/digest.hpp"
#include "vigil/base/text.hpp"
#include "vigil/storage/hdf5_writer.hpp"
#include "vigil/version.hpp"

#include "apps/vigil/net_files.hpp"
#include <functional>
#include <limits>

namespace vigil::app {

namespace {

namespace net = simulate::net;

template <class Value>
std::vector<double> list(Index count, const Value& value) {
  std::vector<double> numbers;
  numbers.reserve(at(count));
  for (Index i = 0; i < count; ++i) {
    numbers.push_back(static_cast<double>(value(i)));
  }
  return numbers;
}

template <class Value>
std::vector<Index> code_list(Index count, const Value& value) {
  std::vector<Index> codes;
  codes.reserve(at(count));
  for (Index i = 0; i < count; ++i) {
    codes.push_back(static_cast<Index>(value(i)));
  }
  return codes;
}

std::string digest_of(std::string_view text) {
  Digest digest;
  digest.add(std::as_bytes(std::span(text)));
  return digest.hex();
}

/// Makes each group once and writes lists into it, one value per patient.
class TruthWriter {
public:
  TruthWriter(const std::filesystem::path& file, Index patients)
      : writer_(file), patients_(patients) {}

  void enter(const std::string& group) {
    group_ = group;
    writer_.group(group);
  }
  template <class Value>
  void numbers(const std::string& name, const Value& value) {
    writer_.numbers(group_ + "/" + name, list(patients_, value));
  }
  template <class Value>
  void codes(const std::string& name, const Value& value) {
    writer_.codes(group_ + "/" + name, code_list(patients_, value), 1);
  }
  void texts(const std::string& name, const std::vector<std::string>& values) {
    writer_.texts(group_ + "/" + name, values);
  }
  [[nodiscard]] std::string place(const std::string& name) const { return group_ + "/" + name; }
  [[nodiscard]] storage::Hdf5Writer& file() noexcept { return writer_; }

private:
  storage::Hdf5Writer writer_;
  Index patients_;
  std::string group_;
};

void write_meta(TruthWriter& out, const net::Cohort& cohort) {
  const net::Design& design = cohort.design;
  const std::string text = net_design_text(design);
  out.enter("meta");
  auto& file = out.file();
  file.text(out.place("generator"), "vigil " + std::string(version));
  file.count(out.place("format"), 1);
  file.text(out.place("estimand"), "qaly");
  file.text(out.place("scenario"), design.scenario);
  file.text(out.place("preset"), design.preset);
  file.text(out.place("seed"), std::to_string(design.seed));
  file.text(out.place("config"), text);
  file.text(out.place("config_sha256"), digest_of(text));
  file.text(out.place("time_unit"), "months");
  file.numbers(out.place("horizons"), design.horizons);
  file.numbers(out.place("margins"), net::margins);
  std::vector<std::string> utilities;
  for (const auto& set : net::utility_sets(design.constants)) {
    utilities.emplace_back(set.name);
  }
  out.texts("utilities", utilities);
}

void write_constants(TruthWriter& out, const net::Constants& constants) {
  std::vector<std::string> name, mark, source;
  std::vector<double> value;
  for (const auto& row : net::constant_table()) {
    const auto values = net::values_of(constants, row);
    for (Index place = 0; place < row.numbers(); ++place) {
      const std::string suffix = row.numbers() == 1 ? "" : "[" + number_text(place + 1) + "]";
      name.push_back(std::string(row.name) + suffix);
      value.push_back(values[at(place)]);
      mark.emplace_back(name_of(row.mark));
      source.emplace_back(row.source);
    }
  }
  out.enter("constants");
  out.texts("name", name);
  out.file().numbers(out.place("value"), value);
  out.texts("mark", mark);
  out.texts("source", source);
}

void write_centres(TruthWriter& out, const net::Cohort& cohort) {
  const auto count = size_of(cohort.centres);
  std::vector<std::string> names;
  for (const auto& centre : cohort.centres) {
    names.push_back(centre.name);
  }
  out.enter("centres");
  out.texts("name", names);
  const auto column = [&](const char* name, double net::Centre::*place) {
    out.file().numbers(out.place(name),
                       list(count, [&](Index i) { return cohort.centres[at(i)].*place; }));
  };
  column("share", &net::Centre::share);
  column("size_shift", &net::Centre::size_shift);
  column("ki67_shift", &net::Centre::ki67_shift);
  column("preference", &net::Centre::preference);
  column("preference_size", &net::Centre::preference_size);
  column("quality", &net::Centre::quality);
  column("metastatic_slope", &net::Centre::metastatic_slope);
  column("early_interval", &net::Centre::early_interval);
}

void write_patients(TruthWriter& out, const net::Cohort& cohort) {
  const auto patient = [&](Index i) -> const net::Patient& { return cohort.patients[at(i)]; };
  std::vector<std::string> ids, centres;
  for (const auto& one : cohort.patients) {
    ids.push_back(one.id);
    centres.push_back(cohort.centres[at(one.centre)].name);
  }
  out.enter("patients");
  out.texts("id", ids);
  out.texts("centre", centres);
  out.codes("subtype", [&](Index i) { return patient(i).subtype + 1; });
  out.numbers("metastatic_axis", [&](Index i) { return patient(i).metastatic_axis; });
  out.numbers("growth_axis", [&](Index i) { return patient(i).growth_axis; });
  out.numbers("frailty", [&](Index i) { return patient(i).frailty; });
  out.numbers("growth", [&](Index i) { return patient(i).growth; });
  out.numbers("age", [&](Index i) { return patient(i).age; });
  out.codes("male", [&](Index i) { return patient(i).male; });
  out.numbers("cci", [&](Index i) { return patient(i).cci; });
  out.numbers("bmi", [&](Index i) { return patient(i).bmi; });
  out.codes("head", [&](Index i) { return patient(i).head; });
  out.codes("functioning", [&](Index i) { return patient(i).functioning; });
  out.codes("symptoms", [&](Index i) { return patient(i).symptoms; });
  out.numbers("size", [&](Index i) { return patient(i).size; });
  out.numbers("ki67", [&](Index i) { return patient(i).ki67; });
  out.numbers("ki67_eus", [&](Index i) { return patient(i).ki67_eus; });
  out.codes("nodes", [&](Index i) { return patient(i).nodes; });
  out.codes("imaging_nodes", [&](Index i) { return patient(i).imaging_nodes; });
  out.codes("duct_dilation", [&](Index i) { return patient(i).duct_dilation; });
  out.codes("vessel", [&](Index i) { return static_cast<int>(patient(i).vessel); });
  out.codes("pni", [&](Index i) { return patient(i).pni; });
  out.codes("mvi", [&](Index i) { return patient(i).mvi; });
  out.codes("procedure", [&](Index i) { return static_cast<int>(patient(i).procedure); });
  out.codes("spread_at_diagnosis", [&](Index i) { return patient(i).spread_at_diagnosis; });
  out.codes("arm", [&](Index i) { return static_cast<int>(cohort.care[at(i)].arm); });
  out.numbers("resection_log_odds", [&](Index i) { return cohort.care[at(i)].resection_log_odds; });
  out.numbers("follow_up_end", [&](Index i) { return cohort.care[at(i)].follow_up_end; });
}

void write_course(TruthWriter& out,
                  const std::string& arm,
                  const std::function<const net::Course&(Index)>& course) {
  out.enter("potential/" + arm);
  out.numbers("spread", [&](Index i) { return course(i).spread; });
  out.codes("local_alone", [&](Index i) { return course(i).local_alone; });
  out.numbers("surgery", [&](Index i) { return course(i).surgery; });
  out.numbers("trigger", [&](Index i) { return course(i).trigger_time; });
  out.codes("unresectable", [&](Index i) { return course(i).unresectable; });
  out.numbers("death", [&](Index i) { return course(i).death(); });
  out.codes("cause", [&](Index i) { return static_cast<int>(course(i).cause()); });
  out.numbers("disease_death", [&](Index i) { return course(i).disease_death; });
  out.numbers("non_cancer_death", [&](Index i) { return course(i).non_cancer_death; });
  out.numbers("operative_death", [&](Index i) { return course(i).operative_death; });
  out.codes("major_complication", [&](Index i) { return course(i).major; });
  out.codes("new_diabetes", [&](Index i) { return course(i).diabetes; });
  out.codes("exocrine_insufficiency", [&](Index i) { return course(i).insufficiency; });
  out.codes("fistula", [&](Index i) { return course(i).fistula; });
}

void write_potential(TruthWriter& out, const net::Cohort& cohort) {
  out.enter("potential");
  const auto& courses = cohort.courses;
  write_course(
      out, "observe", [&](Index i) -> const net::Course& { return courses[at(i)].observed; });
  write_course(
      out, "resect", [&](Index i) -> const net::Course& { return courses[at(i)].resected; });
  if (cohort.design.constants.clearance > 0.0) {
    write_course(out, "preoperative", [&](Index i) -> const net::Course& {
      return courses[at(i)].prepared;
    });
  }
}

void write_expectation(TruthWriter& out,
                       const net::Cohort& cohort,
                       std::span<const net::PatientTruth> truth,
                       Index cell) {
  const auto value = [&](Index i) -> const net::Expectation& {
    return truth[at(i)].expectation[at(cell)];
  };
  out.numbers("observe_first", [&](Index i) { return value(i).observe.first; });
  out.numbers("observe_second", [&](Index i) { return value(i).observe.second; });
  out.numbers("resect_first", [&](Index i) { return value(i).resect.first; });
  out.numbers("resect_second", [&](Index i) { return value(i).resect.second; });
  out.numbers("difference", [&](Index i) { return value(i).difference(); });
  out.numbers("difference_se", [&](Index i) { return value(i).difference_se; });
  for (const double margin : net::margins) {
    out.codes("class_" + number_text(margin),
              [&](Index i) { return net::decision_class(value(i).difference(), margin); });
  }
  if (cohort.design.constants.clearance > 0.0) {
    out.numbers("preoperative_first", [&](Index i) { return value(i).preoperative.first; });
    out.numbers("preoperative_second", [&](Index i) { return value(i).preoperative.second; });
  }
}

void write_rules(TruthWriter& out,
                 const std::string& group,
                 std::span<const net::ObservableRules> rules,
                 std::span<const net::PatientTruth> truth,
                 Index cell) {
  constexpr std::array kinds{net::Observable::clinical, net::Observable::molecular};
  for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
    const net::ObservableRule rule = rules[kind].learn(truth, cell);
    out.enter(group + "/best_" + std::string(name_of(kinds.at(kind))));
    if (!rule.undefined_because.empty()) {
      out.file().text(out.place("undefined_because"), rule.undefined_because);
      continue;
    }
    out.numbers("difference_first", [&](Index i) { return rule.difference[at(i)].first; });
    out.numbers("difference_second", [&](Index i) { return rule.difference[at(i)].second; });
  }
}

void write_expectations(TruthWriter& out,
                        const net::Cohort& cohort,
                        std::span<const net::PatientTruth> truth) {
  const net::TruthLayout layout{.horizons = size_of(cohort.design.horizons)};
  const auto sets = net::utility_sets(cohort.design.constants);
  const std::vector<net::ObservableRules> rules{{cohort, net::Observable::clinical},
                                                {cohort, net::Observable::molecular}};
  for (Index version = 0; version < size_of(net::versions); ++version) {
    const std::string top = std::string(name_of(net::versions.at(at(version))));
    out.enter(top);
    for (Index utility = 0; utility < layout.utilities; ++utility) {
      const std::string middle = top + "/" + std::string(sets.at(at(utility)).name);
      out.enter(middle);
      for (Index horizon = 0; horizon < layout.horizons; ++horizon) {
        const std::string group = middle + "/" + number_text(cohort.design.horizons[at(horizon)]);
        const Index cell = layout.expectation(version, utility, horizon);
        out.enter(group);
        write_expectation(out, cohort, truth, cell);
        write_rules(out, group, rules, truth, cell);
      }
    }
    out.enter(top + "/return");
    for (Index horizon = 0; horizon < layout.horizons; ++horizon) {
      const auto value = [&](Index i) -> const net::Return& {
        return truth[at(i)].returns[at(layout.returns(version, horizon))];
      };
      out.enter(top + "/return/" + number_text(cohort.design.horizons[at(horizon)]));
      out.numbers("observe", [&](Index i) { return value(i).observed; });
      out.numbers("resect", [&](Index i) { return value(i).resected; });
    }
  }
}

void write_early_recurrence(TruthWriter& out, std::span<const net::PatientTruth> truth) {
  out.enter("early_recurrence");
  out.numbers("probability", [&](Index i) { return truth[at(i)].early_recurrence; });
  out.codes("high",
            [&](Index i) { return truth[at(i)].early_recurrence >= net::high_early_recurrence; });
  out.numbers("replicates", [&](Index i) { return truth[at(i)].replicates; });
}

void write_features(TruthWriter& out, const net::Cohort& cohort, Scheduler& scheduler) {
  const auto plan = net::block_plan(cohort.design);
  const Index features = cohort.design.features;
  std::vector<double> loading(at(features));
  std::vector<Index> role(at(features));
  std::vector<std::string> kind_names, role_names, feature_names, kinds;
  scheduler.for_each(size_of(plan), [&](Index block, Index) {
    const Index end = std::min(features, (block + 1) * net::block_width);
    for (Index feature = block * net::block_width; feature < end; ++feature) {
      const net::BlockKind kind = plan[at(block)];
      const auto parameters = net::feature_parameters(cohort.design, kind, feature);
      loading[at(feature)] = parameters.loading;
      role[at(feature)] =
          static_cast<Index>(net::feature_role(cohort.design.constants, kind, parameters));
    }
  });
  for (const auto kind : plan) {
    kinds.emplace_back(name_of(kind));
  }
  for (int code = 0; code <= static_cast<int>(net::FeatureRole::null); ++code) {
    role_names.emplace_back(name_of(static_cast<net::FeatureRole>(code)));
  }
  for (Index feature = 0; feature < features; ++feature) {
    feature_names.push_back("F" + number_text(feature + 1));
  }
  out.enter("features");
  out.texts("name", feature_names);
  out.texts("block_kind", kinds);
  out.file().numbers(out.place("loading"), loading);
  out.file().codes(out.place("role"), role, 1);
  out.texts("role_names", role_names);
}

} // namespace

std::string net_design_text(const net::Design& design) {
  std::vector<std::string> horizons;
  for (const double horizon : design.horizons) {
    horizons.push_back(number_text(horizon));
  }
  std::string text = "subjects = " + number_text(design.subjects) +
                     "\nfeatures = " + number_text(design.features) +
                     "\ncentres = " + number_text(design.centres) +
                     "\nseed = " + std::to_string(design.seed) + "\nscenario = \"" +
                     design.scenario + "\"\npreset = \"" + design.preset + "\"\nhorizons = [" +
                     join(horizons, ", ") + "]\nreplicates = " + number_text(design.replicates) +
                     "\ntruth_error = " + number_text(design.truth_error) +
                     "\nevents = " + (design.visits ? "\"visit\"" : "\"exact\"") +
                     "\nscale = " + number_text(static_cast<Index>(design.scale)) +
                     "\nalterations = " + (design.alterations ? "true" : "false") + "\n";
  for (const auto& row : net::constant_table()) {
    std::vector<std::string> numbers;
    for (const double value : net::values_of(design.constants, row)) {
      numbers.push_back(number_text(value));
    }
    text += std::string(row.name) + " = " + join(numbers, ", ") + "\n";
  }
  return text;
}

void write_net_truth(const std::filesystem::path& file,
                     const net::Cohort& cohort,
                     std::span<const net::PatientTruth> truth,
                     Scheduler& scheduler) {
  TruthWriter out(file, cohort.subjects());
  write_meta(out, cohort);
  write_constants(out, cohort.design.constants);
  write_centres(out, cohort);
  write_patients(out, cohort);
  write_potential(out, cohort);
  write_expectations(out, cohort, truth);
  write_early_recurrence(out, truth);
  write_features(out, cohort, scheduler);
  out.file().commit();
}

} // namespace vigil::app
