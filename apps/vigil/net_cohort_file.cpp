// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/storage/h5ad_write.hpp"

#include "apps/vigil/net_files.hpp"
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

namespace vigil::app {

namespace {

namespace net = simulate::net;

constexpr double absent = std::numeric_limits<double>::quiet_NaN();
constexpr const char* not_operated = "arm=observe";

/// Columns of obs with their unit and moment, patient by patient.
class ObsColumns {
public:
  explicit ObsColumns(const net::Cohort& cohort) : cohort_(cohort) {
    metadata_.time_unit = TimeUnit::months;
  }

  void number(const std::string& name,
              const std::string& unit,
              KnownAt moment,
              const std::function<double(Index)>& value) {
    storage::Column column{.name = name};
    for (Index i = 0; i < cohort_.subjects(); ++i) {
      column.numbers.push_back(value(i));
    }
    describe(name, unit, moment);
    columns_.push_back(std::move(column));
  }

  void category(const std::string& name,
                std::vector<std::string> levels,
                KnownAt moment,
                const std::function<Index(Index)>& code) {
    storage::Column column{
        .name = name, .kind = storage::ColumnKind::category, .levels = std::move(levels)};
    for (Index i = 0; i < cohort_.subjects(); ++i) {
      column.codes.push_back(code(i));
    }
    describe(name, "", moment);
    columns_.push_back(std::move(column));
  }

  /// The last column has no value where nobody was operated.
  void needs_operation() { metadata_.structural_missing[columns_.back().name] = not_operated; }

  [[nodiscard]] storage::DataFrame frame(const std::string& source) const {
    std::vector<std::string> ids;
    for (const auto& patient : cohort_.patients) {
      ids.push_back(patient.id);
    }
    return storage::DataFrame(
        {.source = source, .index_name = "subject", .index = std::move(ids), .columns = columns_});
  }
  [[nodiscard]] storage::CohortMetadata& metadata() noexcept { return metadata_; }

private:
  void describe(const std::string& name, const std::string& unit, KnownAt moment) {
    if (!unit.empty()) {
      metadata_.unit[name] = unit;
    }
    metadata_.known_at[name] = moment;
  }

  const net::Cohort& cohort_;
  std::vector<storage::Column> columns_;
  storage::CohortMetadata metadata_;
};

double number_of(bool value) {
  return value ? 1.0 : 0.0;
}

bool is_operated(const net::Cohort& cohort, Index i) {
  return cohort.care[at(i)].arm != net::Arm::observe;
}

void add_places(ObsColumns& obs, const net::Cohort& cohort) {
  std::vector<std::string> names, surgeons;
  std::vector<Index> first_surgeon;
  for (const auto& centre : cohort.centres) {
    names.push_back(centre.name);
    first_surgeon.push_back(size_of(surgeons));
    for (Index surgeon = 0; surgeon < size_of(centre.surgeons); ++surgeon) {
      surgeons.push_back(centre.name + "-S" + number_text(surgeon + 1));
    }
  }
  const auto& patients = cohort.patients;
  obs.category("centre", names, KnownAt::baseline, [&](Index i) { return patients[at(i)].centre; });
  obs.category("surgeon", surgeons, KnownAt::baseline, [&](Index i) {
    return first_surgeon[at(patients[at(i)].centre)] + patients[at(i)].surgeon;
  });
  obs.category("region", {"Europe", "North America"}, KnownAt::baseline, [&](Index i) {
    return cohort.centre_of(i).europe ? Index{0} : Index{1};
  });
  obs.category("platform", {"A", "B", "C"}, KnownAt::baseline, [&](Index i) {
    return cohort.centre_of(i).platform;
  });
  obs.number("accrual_month", "months since 2005-01", KnownAt::baseline, [&](Index i) {
    return static_cast<double>(patients[at(i)].accrual_month);
  });
  if (cohort.design.constants.new_centres > 0.0) {
    obs.number("held_out", "", KnownAt::baseline, [&](Index i) {
      return number_of(cohort.centre_of(i).held_out);
    });
  }
}

void add_baseline(ObsColumns& obs, const net::Cohort& cohort) {
  const auto patient = [&](Index i) -> const net::Patient& { return cohort.patients[at(i)]; };
  const auto test = [&](Index i) -> const net::Measurements& { return cohort.measurements[at(i)]; };
  const auto missing = [&](Index i) -> const net::Missing& { return cohort.missing[at(i)]; };
  constexpr auto moment = KnownAt::baseline;
  obs.number("age", "years", moment, [&](Index i) { return patient(i).age; });
  obs.number("male", "", moment, [&](Index i) { return number_of(patient(i).male); });
  obs.number("cci", "", moment, [&](Index i) { return patient(i).cci; });
  obs.number("bmi", "kg/m2", moment, [&](Index i) { return patient(i).bmi; });
  obs.number("functioning", "", moment, [&](Index i) { return number_of(patient(i).functioning); });
  obs.number("symptoms", "", moment, [&](Index i) { return number_of(patient(i).symptoms); });
  obs.number("ppi", "", moment, [&](Index i) { return number_of(test(i).ppi); });
  obs.number("cga", "times upper limit", moment, [&](Index i) {
    return missing(i).cga ? absent : test(i).cga;
  });
  obs.number("ca19_9", "U/mL", moment, [&](Index i) {
    return missing(i).ca19_9 ? absent : test(i).ca19_9;
  });
  obs.number("blood_score", "", moment, [&](Index i) {
    return missing(i).score ? absent : test(i).score;
  });
}

void add_imaging(ObsColumns& obs, const net::Cohort& cohort) {
  const auto patient = [&](Index i) -> const net::Patient& { return cohort.patients[at(i)]; };
  const auto test = [&](Index i) -> const net::Measurements& { return cohort.measurements[at(i)]; };
  const auto missing = [&](Index i) -> const net::Missing& { return cohort.missing[at(i)]; };
  constexpr auto moment = KnownAt::imaging;
  obs.number("head", "", moment, [&](Index i) { return number_of(patient(i).head); });
  obs.number("size", "mm", moment, [&](Index i) { return patient(i).size; });
  obs.number("imaging_nodes", "", moment, [&](Index i) {
    return missing(i).imaging_nodes ? absent : number_of(patient(i).imaging_nodes);
  });
  obs.number("duct_dilation", "", moment, [&](Index i) {
    return missing(i).duct ? absent : number_of(patient(i).duct_dilation);
  });
  obs.category("vessel", {"none", "abutment", "encasement"}, moment, [&](Index i) {
    return static_cast<Index>(patient(i).vessel);
  });
  obs.number("suv_max", "", moment, [&](Index i) { return missing(i).suv ? absent : test(i).suv; });
  obs.number("fdg_positive", "", moment, [&](Index i) { return number_of(test(i).fdg); });
  for (Index rater = 0; rater < net::raters; ++rater) {
    obs.number("rating_" + number_text(rater + 1), "", moment, [&](Index i) {
      return static_cast<double>(test(i).rating.at(at(rater)));
    });
  }
  if (cohort.design.constants.m1_share > 0.0) {
    obs.number(
        "m1", "", moment, [&](Index i) { return number_of(patient(i).spread_at_diagnosis); });
    obs.category("aim", {"cure", "debulking", "symptom control"}, moment, [&](Index i) {
      return static_cast<Index>(patient(i).aim);
    });
  }
}

void add_tissue(ObsColumns& obs, const net::Cohort& cohort) {
  const auto patient = [&](Index i) -> const net::Patient& { return cohort.patients[at(i)]; };
  const auto missing = [&](Index i) -> const net::Missing& { return cohort.missing[at(i)]; };
  obs.number("ki67_eus", "%", KnownAt::biopsy, [&](Index i) {
    return missing(i).eus ? absent : patient(i).ki67_eus;
  });
  obs.number("grade_eus", "", KnownAt::biopsy, [&](Index i) {
    return missing(i).eus ? absent : static_cast<double>(net::who_grade(patient(i).ki67_eus));
  });
  obs.number("molecular_row", "", KnownAt::biopsy, [&](Index i) {
    return number_of(!missing(i).molecular);
  });
  if (cohort.design.alterations) {
    const auto alteration = [&](const char* name, bool net::Measurements::*place) {
      obs.number(name, "", KnownAt::biopsy, [&](Index i) {
        return missing(i).molecular ? absent : number_of(cohort.measurements[at(i)].*place);
      });
    };
    alteration("men1", &net::Measurements::men1);
    alteration("daxx_atrx", &net::Measurements::daxx_atrx);
    alteration("cdkn2a_loss", &net::Measurements::cdkn2a_loss);
  }
  const auto pathology = [&](const char* name,
                             const char* unit,
                             const std::function<double(const net::Patient&)>& value) {
    obs.number(name, unit, KnownAt::pathology, [&](Index i) {
      return is_operated(cohort, i) ? value(patient(i)) : absent;
    });
    obs.needs_operation();
  };
  pathology("ki67", "%", [](const net::Patient& p) { return p.ki67; });
  pathology("grade", "", [](const net::Patient& p) {
    return static_cast<double>(net::who_grade(p.ki67));
  });
  pathology("nodes", "", [](const net::Patient& p) { return number_of(p.nodes); });
  pathology("pni", "", [](const net::Patient& p) { return number_of(p.pni); });
  pathology("mvi", "", [](const net::Patient& p) { return number_of(p.mvi); });
}

void add_treatment(ObsColumns& obs, const net::Cohort& cohort) {
  std::vector<std::string> arms{"observe", "resect"};
  if (cohort.design.constants.preoperative_share > 0.0) {
    arms.emplace_back("preoperative");
  }
  obs.category("arm", arms, KnownAt::operative, [&](Index i) {
    return static_cast<Index>(cohort.care[at(i)].arm);
  });
  obs.category("procedure", {"enucleation", "distal", "whipple"}, KnownAt::operative, [&](Index i) {
    return is_operated(cohort, i) ? static_cast<Index>(cohort.patients[at(i)].procedure) : no_index;
  });
  obs.needs_operation();
  const auto harm = [&](const char* name, bool net::Course::*place) {
    obs.number(name, "", KnownAt::followup, [&](Index i) {
      const net::Course& course = cohort.courses[at(i)].of(cohort.care[at(i)].arm);
      return is_operated(cohort, i) ? number_of(course.*place) : absent;
    });
    obs.needs_operation();
  };
  harm("major_complication", &net::Course::major);
  harm("new_diabetes", &net::Course::diabetes);
  harm("exocrine_insufficiency", &net::Course::insufficiency);
  harm("fistula", &net::Course::fistula);
}

void add_outcome(ObsColumns& obs, const net::Cohort& cohort) {
  const auto care = [&](Index i) -> const net::Care& { return cohort.care[at(i)]; };
  constexpr auto moment = KnownAt::followup;
  obs.number("time", "months", moment, [&](Index i) { return care(i).time; });
  obs.number("event", "", moment, [&](Index i) {
    return number_of(care(i).status == net::Status::returned);
  });
  obs.number("status", "", moment, [&](Index i) { return static_cast<double>(care(i).status); });
  obs.number("os_time", "months", moment, [&](Index i) { return care(i).survival_time; });
  obs.number("os_event", "", moment, [&](Index i) {
    return number_of(care(i).survival_status != net::Status::censored);
  });
  obs.number("os_status", "", moment, [&](Index i) {
    return static_cast<double>(care(i).survival_status);
  });
  obs.number("later_surgery", "months", moment, [&](Index i) {
    return care(i).later_surgery < net::never ? care(i).later_surgery : absent;
  });
}

storage::DataFrame feature_frame(const net::Cohort& cohort, storage::CohortMetadata& metadata) {
  std::vector<std::string> names, levels;
  std::vector<Index> codes;
  for (Index feature = 0; feature < cohort.design.features; ++feature) {
    names.push_back("F" + number_text(feature + 1));
    codes.push_back(feature / net::block_width);
    metadata.known_at[names.back()] = KnownAt::biopsy;
    if (feature % net::block_width == 0) {
      levels.push_back("B" + number_text(feature / net::block_width + 1));
    }
  }
  return storage::DataFrame({.source = "the simulated features",
                             .index_name = "feature",
                             .index = std::move(names),
                             .columns = {{.name = "block",
                                          .kind = storage::ColumnKind::category,
                                          .codes = std::move(codes),
                                          .levels = std::move(levels)}}});
}

/// Diameters under surveillance: one row for each visit.
storage::DataFrame visit_frame(const net::Cohort& cohort) {
  std::vector<std::string> rows, subject;
  std::vector<double> month, diameter;
  for (Index i = 0; i < cohort.subjects(); ++i) {
    for (const net::Visit& visit : cohort.care[at(i)].visits) {
      rows.push_back("V" + number_text(size_of(rows) + 1));
      subject.push_back(cohort.patients[at(i)].id);
      month.push_back(visit.month);
      diameter.push_back(visit.diameter);
    }
  }
  return storage::DataFrame(
      {.source = "the simulated visits",
       .index_name = "visit",
       .index = std::move(rows),
       .columns = {{.name = "subject", .kind = storage::ColumnKind::text, .texts = subject},
                   {.name = "month", .numbers = month},
                   {.name = "diameter", .numbers = diameter}}});
}

} // namespace

void write_net_cohort(const std::filesystem::path& file,
                      const net::Cohort& cohort,
                      Scheduler& scheduler) {
  ObsColumns obs(cohort);
  add_places(obs, cohort);
  add_baseline(obs, cohort);
  add_imaging(obs, cohort);
  add_tissue(obs, cohort);
  add_treatment(obs, cohort);
  add_outcome(obs, cohort);
  const auto subjects = obs.frame(file.string());
  const auto features = feature_frame(cohort, obs.metadata());
  const auto visits = visit_frame(cohort);
  const net::MolecularMatrix matrix = cohort.molecular();
  const auto fill = [&](Index first, Index count, std::span<float> values) {
    matrix.fill(first, count, values, scheduler);
  };
  storage::H5adContents contents{
      .obs = subjects, .var = features, .features = fill, .metadata = obs.metadata()};
  if (cohort.design.visits) {
    contents.tables.push_back({.name = "visits", .table = visits});
  }
  storage::write_h5ad(file, contents);
}

} // namespace vigil::app
