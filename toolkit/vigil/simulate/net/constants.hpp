// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace vigil::simulate::net {

/// One number for each subtype (beta-like, alpha-like, ALT), procedure (enucleation, distal, Whipple) or platform.
using Three = std::array<double, 3>;

/// Every number that the laws of the cohort use; the table in constants.cpp says where each comes from.
/// ls = ln(size / 20 mm), lk = ln(Ki-67 / 2 %); rates are per year, times in months, sizes in mm.
struct Constants {
  // centres
  double volume_log_sd, centre_size_sd, centre_ki67_sd, preference_sd, preference_size_sd;
  double quality_sd, quality_volume, surgeons_per_volume, most_surgeons, surgeon_sd, surgeon_effect;
  double frequent_imaging_share, frequent_interval, usual_interval, frequent_until;
  Three platform_share;
  double scanner_log_sd, assay_log_sd, no_pet_share, no_molecular_share, europe_share;
  double overlap_shift, metastatic_slope_sd, new_centres, new_centre_size, new_centre_ki67;
  // the patient
  Three subtype_share;
  double age_mean, age_sd, youngest, oldest, male_share, cci_log_mean, cci_per_year;
  double bmi_mean, bmi_sd, smallest_bmi, largest_bmi;
  Three head_share, functioning_share, size_median;
  double size_growth_axis, size_log_sd, smallest_size, largest_size;
  double ki67_median, ki67_log_size;
  Three ki67_subtype;
  double ki67_metastatic_axis, ki67_growth_axis, ki67_log_sd, high_grade_share, high_grade_log_size;
  double high_grade_median, high_grade_log_sd, smallest_ki67, largest_ki67;
  double eus_shift, eus_log_sd, eus_largest;
  double nodes_intercept, nodes_log_size, nodes_grade, nodes_head_small, nodes_head_large;
  Three nodes_subtype;
  double nodes_metastatic_axis, nodes_small, imaging_nodes_sensitivity, imaging_nodes_specificity;
  double duct_intercept, duct_log_size, duct_head, duct_grade, duct_nodes;
  double vessel_intercept, vessel_log_size, vessel_nodes, encasement_share;
  double symptoms_intercept, symptoms_log_size, symptoms_duct, symptoms_head;
  double pni_intercept, pni_log_size, pni_ki67, pni_nodes, pni_metastatic_axis;
  double mvi_intercept, mvi_log_size, mvi_ki67, mvi_nodes, mvi_metastatic_axis;
  double m1_share;
  // measurements
  double suv_median, suv_ki67, suv_log_size;
  Three suv_subtype;
  double suv_log_sd, fdg_intercept, fdg_ki67, fdg_log_size;
  Three fdg_subtype;
  double ppi_share, cga_log_size, cga_log_sd, cga_ppi_mean, cga_ppi_sd;
  double ca19_9_median, ca19_9_log_size, ca19_9_duct, ca19_9_log_sd, lewis_negative_share;
  double score_intercept, score_metastatic_axis, score_log_size, score_ki67, score_sd;
  double rating_log_size, rating_abutment, rating_encasement, rater_sd;
  double rating_borderline, rating_unresectable;
  Three men1_share, daxx_atrx_share;
  double cdkn2a_intercept, cdkn2a_metastatic_axis;
  Three cdkn2a_subtype;
  // natural history
  double biology_ki67;
  Three biology_subtype;
  double biology_metastatic_axis;
  double occult_intercept, occult_log_size, occult_nodes, occult_vessel, occult_duct;
  double lag_median, lag_ki67, lag_occult, lag_log_sd;
  double local_rate, local_nodes, local_vessel, local_ki67;
  double growth_median, growth_log_size, growth_ki67, growth_axis;
  Three growth_subtype;
  double growth_log_sd, largest_growth;
  double seeding_rate, seeding_size_power, new_lag_median, new_lag_ki67, new_lag_log_sd;
  double mortality_at_60, mortality_male, mortality_female, mortality_cci, mortality_age;
  double mortality_frailty, change_month, local_early, local_late, lag_stretch_ki67;
  // surgery
  double enucleation_largest, enucleation_head_share, enucleation_tail_share;
  Three operative_death;
  double operative_death_age, operative_death_cci, operative_death_first, operative_death_last;
  Three major_complication;
  double complication_age, complication_cci, complication_quality;
  Three diabetes;
  double diabetes_age, diabetes_bmi;
  Three insufficiency, fistula;
  double disease_median, disease_ki67, early_recurrence_months, early_recurrence_factor;
  double local_only_factor, clearance, preoperative_share;
  // surveillance
  double trigger_growth, trigger_size, trigger_small_below, trigger_ratio;
  double complication_rate, complication_size_power, complication_head, complication_duct;
  double attempt_share, unresectable_intercept, unresectable_log_size, unresectable_vessel;
  double unresectable_delay, urgent_death, longest_growth, elective_crossover;
  // treatment and follow-up
  double treatment_intercept, treatment_log_size, treatment_large, treatment_grade, treatment_duct;
  double treatment_symptoms, treatment_nodes, treatment_functioning, treatment_age, treatment_cci;
  double treatment_frailty, secular_drift;
  double follow_up_first, follow_up_last, loss_rate, loss_occult;
  double visit_sensitivity, diameter_log_sd, diameter_sd;
  // missing values
  double eus_not_diagnostic, eus_omitted_intercept, eus_omitted_log_size, eus_omitted_observed;
  double molecular_missing_observed, molecular_missing_resected, suv_missing, cga_missing;
  double ca19_9_missing, score_missing, score_missing_slope, duct_missing, imaging_nodes_missing;
  // molecular features
  double platform_sd, centre_sd, noise_log_sd, loading_low, loading_high, loading_shape;
  double signal_weight, signal_loading_low, signal_loading_high, signal_loading_shape;
  double subtype_shift, subtype_sign_share, proliferation_weight, size_weight, age_weight;
  double trap_weight, trap_blocks, direct_loading, count_log_mean, count_dispersion;
  double log_ki67_mean, log_ki67_sd, log_size_mean, log_size_sd, true_age_mean, true_age_sd;
  double true_score_mean, true_score_sd;
  // quality of life, per year
  double utility, utility_age, surveillance_loss, resected_loss, spread_loss, surgery_loss;
  double surgery_months, complication_loss, complication_months, diabetes_loss;
  double insufficiency_loss, averse_factor, discount;
};

/// published: read in the named paper. calibrated: set so that the cohort meets the named figures.
/// choice: plausible, without a published anchor.
enum class Mark { published, calibrated, choice };
[[nodiscard]] std::string_view name_of(Mark mark) noexcept;

using ConstantPlace = std::variant<double Constants::*, Three Constants::*>;

/// One constant: its name is that of the member.
struct ConstantRow {
  std::string_view name;
  ConstantPlace place;
  Three value; ///< the first alone where the constant is one number
  Mark mark;
  std::string_view source;

  [[nodiscard]] constexpr Index numbers() const noexcept { return place.index() == 0 ? 1 : 3; }
};

/// Every member of Constants, once, in its order. Checked by tests/unit/simulate/net_constants_test.
[[nodiscard]] std::span<const ConstantRow> constant_table() noexcept;

/// The table's values.
[[nodiscard]] Constants default_constants() noexcept;

/// The values of one constant: one or three.
[[nodiscard]] std::vector<double> values_of(const Constants& constants, const ConstantRow& row);

/// Sets a constant by name, to one number or three. Throws ConfigError with the nearest name; `where` is the option.
void set_constant(Constants& constants,
                  const std::string& where,
                  std::string_view name,
                  const std::vector<double>& values);

} // namespace vigil::simulate::net
