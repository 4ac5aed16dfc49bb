// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/simulate/net/constants.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::simulate::net {

namespace {

using C = Constants;
constexpr Mark published = Mark::published;
constexpr Mark calibrated = Mark::calibrated;
constexpr Mark choice = Mark::choice;

// One row for each constant, wider than the other code so that it reads as a table.
// clang-format off
constexpr std::array table{
  // centres
  ConstantRow{"volume_log_sd", &C::volume_log_sd, {0.7}, choice, "27 centres of unequal volume"},
  ConstantRow{"centre_size_sd", &C::centre_size_sd, {0.12}, choice, "case mix on log size"},
  ConstantRow{"centre_ki67_sd", &C::centre_ki67_sd, {0.10}, choice, "case mix on log Ki-67"},
  ConstantRow{"preference_sd", &C::preference_sd, {0.9}, calibrated, "ASPEN interim: treatment by the centre's choice"},
  ConstantRow{"preference_size_sd", &C::preference_size_sd, {0.25}, choice, "centres weigh size differently"},
  ConstantRow{"quality_sd", &C::quality_sd, {0.30}, calibrated, "90-day death 1-2 %"},
  ConstantRow{"quality_volume", &C::quality_volume, {-0.25}, calibrated, "90-day death 1-2 %, lower with volume"},
  ConstantRow{"surgeons_per_volume", &C::surgeons_per_volume, {3.0}, choice, "mean number of further surgeons"},
  ConstantRow{"most_surgeons", &C::most_surgeons, {8.0}, choice, "of one centre"},
  ConstantRow{"surgeon_sd", &C::surgeon_sd, {0.4}, choice, "preference within a centre"},
  ConstantRow{"surgeon_effect", &C::surgeon_effect, {0.0}, choice, "1 in scenario surgeon"},
  ConstantRow{"frequent_imaging_share", &C::frequent_imaging_share, {0.7}, choice, "centres that image twice a year at first"},
  ConstantRow{"frequent_interval", &C::frequent_interval, {6.0}, published, "ENETS: 6- to 12-monthly imaging first"},
  ConstantRow{"usual_interval", &C::usual_interval, {12.0}, published, "ENETS: then yearly"},
  ConstantRow{"frequent_until", &C::frequent_until, {24.0}, choice, "first two years"},
  ConstantRow{"platform_share", &C::platform_share, {0.5, 0.3, 0.2}, choice, "molecular platforms"},
  ConstantRow{"scanner_log_sd", &C::scanner_log_sd, {0.15}, choice, "SUV factor of a centre"},
  ConstantRow{"assay_log_sd", &C::assay_log_sd, {0.25}, choice, "chromogranin A factor of a centre"},
  ConstantRow{"no_pet_share", &C::no_pet_share, {4.0 / 27.0}, choice, "4 of 27 centres"},
  ConstantRow{"no_molecular_share", &C::no_molecular_share, {5.0 / 27.0}, choice, "5 of 27 centres"},
  ConstantRow{"europe_share", &C::europe_share, {15.0 / 27.0}, choice, "15 of 27 centres"},
  ConstantRow{"overlap_shift", &C::overlap_shift, {0.0}, choice, "4 in scenario no_overlap, of either sign"},
  ConstantRow{"metastatic_slope_sd", &C::metastatic_slope_sd, {0.0}, choice, "0.4 in scenario centre_effect"},
  ConstantRow{"new_centres", &C::new_centres, {0.0}, choice, "2 in scenario new_centre: the last ones"},
  ConstantRow{"new_centre_size", &C::new_centre_size, {0.35}, choice, "their case mix on log size"},
  ConstantRow{"new_centre_ki67", &C::new_centre_ki67, {0.30}, choice, "their case mix on log Ki-67"},
  // the patient
  ConstantRow{"subtype_share", &C::subtype_share, {0.30, 0.49, 0.21}, calibrated, "31 % ALT among resected (Clin Cancer Res, doi 10.1158/1078-0432.CCR-16-1113)"},
  ConstantRow{"age_mean", &C::age_mean, {59.5}, calibrated, "Sadot 2016: median 63 observed, 59 resected"},
  ConstantRow{"age_sd", &C::age_sd, {13.0}, choice, ""},
  ConstantRow{"youngest", &C::youngest, {20.0}, choice, ""},
  ConstantRow{"oldest", &C::oldest, {88.0}, choice, ""},
  ConstantRow{"male_share", &C::male_share, {0.5}, choice, ""},
  ConstantRow{"cci_log_mean", &C::cci_log_mean, {-0.55}, choice, "comorbidity index at 60 years"},
  ConstantRow{"cci_per_year", &C::cci_per_year, {0.030}, choice, ""},
  ConstantRow{"bmi_mean", &C::bmi_mean, {26.5}, choice, ""},
  ConstantRow{"bmi_sd", &C::bmi_sd, {4.5}, choice, ""},
  ConstantRow{"smallest_bmi", &C::smallest_bmi, {16.0}, choice, ""},
  ConstantRow{"largest_bmi", &C::largest_bmi, {50.0}, choice, ""},
  ConstantRow{"head_share", &C::head_share, {0.30, 0.30, 0.34}, choice, "head or uncinate"},
  ConstantRow{"functioning_share", &C::functioning_share, {0.25, 0.04, 0.03}, choice, ""},
  ConstantRow{"size_median", &C::size_median, {14.5, 17.0, 29.0}, calibrated, "up to 60 % at most 2 cm (s41598-019-55156-0)"},
  ConstantRow{"size_growth_axis", &C::size_growth_axis, {0.10}, choice, ""},
  ConstantRow{"size_log_sd", &C::size_log_sd, {0.56}, calibrated, "up to 60 % at most 2 cm (s41598-019-55156-0)"},
  ConstantRow{"smallest_size", &C::smallest_size, {4.0}, choice, ""},
  ConstantRow{"largest_size", &C::largest_size, {180.0}, choice, ""},
  ConstantRow{"ki67_median", &C::ki67_median, {1.45}, calibrated, "PANDA 2023: G1/G2/G3 74/25/1 %"},
  ConstantRow{"ki67_log_size", &C::ki67_log_size, {0.22}, calibrated, "PANDA 2023; 23 % Ki-67 >= 3 among resected < 2 cm"},
  ConstantRow{"ki67_subtype", &C::ki67_subtype, {-0.10, 0.0, 0.35}, calibrated, "PANDA 2023"},
  ConstantRow{"ki67_metastatic_axis", &C::ki67_metastatic_axis, {0.12}, choice, ""},
  ConstantRow{"ki67_growth_axis", &C::ki67_growth_axis, {0.15}, choice, ""},
  ConstantRow{"ki67_log_sd", &C::ki67_log_sd, {0.75}, calibrated, "PANDA 2023"},
  ConstantRow{"high_grade_share", &C::high_grade_share, {0.010}, calibrated, "PANDA 2023: G3 1 %"},
  ConstantRow{"high_grade_log_size", &C::high_grade_log_size, {0.6}, choice, ""},
  ConstantRow{"high_grade_median", &C::high_grade_median, {30.0}, choice, ""},
  ConstantRow{"high_grade_log_sd", &C::high_grade_log_sd, {0.25}, choice, ""},
  ConstantRow{"smallest_ki67", &C::smallest_ki67, {0.2}, choice, ""},
  ConstantRow{"largest_ki67", &C::largest_ki67, {55.0}, choice, ""},
  ConstantRow{"eus_shift", &C::eus_shift, {-0.15}, calibrated, "grade agreement 76.7 % (meta-analysis of 17 studies)"},
  ConstantRow{"eus_log_sd", &C::eus_log_sd, {0.95}, calibrated, "grade agreement 76.7 % (meta-analysis of 17 studies)"},
  ConstantRow{"eus_largest", &C::eus_largest, {60.0}, choice, ""},
  ConstantRow{"nodes_intercept", &C::nodes_intercept, {-2.40}, calibrated, "N+ 20-25 %"},
  ConstantRow{"nodes_log_size", &C::nodes_log_size, {1.75}, calibrated, "N+ 7-9 % < 2 cm, 30-38 % >= 2 cm"},
  ConstantRow{"nodes_grade", &C::nodes_grade, {0.85}, calibrated, "Lopez-Aguiar 2019: OR 2.7 of Ki-67 >= 3"},
  ConstantRow{"nodes_head_small", &C::nodes_head_small, {1.30}, calibrated, "Lopez-Aguiar 2019: OR 4.0 of head"},
  ConstantRow{"nodes_head_large", &C::nodes_head_large, {0.45}, choice, ""},
  ConstantRow{"nodes_subtype", &C::nodes_subtype, {-0.40, 0.0, 0.45}, choice, ""},
  ConstantRow{"nodes_metastatic_axis", &C::nodes_metastatic_axis, {0.35}, choice, ""},
  ConstantRow{"nodes_small", &C::nodes_small, {-0.35}, calibrated, "N+ 7-9 % < 2 cm"},
  ConstantRow{"imaging_nodes_sensitivity", &C::imaging_nodes_sensitivity, {0.50}, choice, ""},
  ConstantRow{"imaging_nodes_specificity", &C::imaging_nodes_specificity, {0.95}, choice, ""},
  ConstantRow{"duct_intercept", &C::duct_intercept, {-3.3}, choice, ""},
  ConstantRow{"duct_log_size", &C::duct_log_size, {0.80}, choice, ""},
  ConstantRow{"duct_head", &C::duct_head, {0.50}, choice, ""},
  ConstantRow{"duct_grade", &C::duct_grade, {0.60}, choice, ""},
  ConstantRow{"duct_nodes", &C::duct_nodes, {0.50}, choice, ""},
  ConstantRow{"vessel_intercept", &C::vessel_intercept, {-4.1}, choice, ""},
  ConstantRow{"vessel_log_size", &C::vessel_log_size, {1.7}, choice, ""},
  ConstantRow{"vessel_nodes", &C::vessel_nodes, {0.4}, choice, ""},
  ConstantRow{"encasement_share", &C::encasement_share, {0.3}, choice, "else abutment"},
  ConstantRow{"symptoms_intercept", &C::symptoms_intercept, {-1.15}, calibrated, "Zaidi 2019: score group shares 54/44/2 %"},
  ConstantRow{"symptoms_log_size", &C::symptoms_log_size, {0.95}, calibrated, "Zaidi 2019: score group shares 54/44/2 %"},
  ConstantRow{"symptoms_duct", &C::symptoms_duct, {0.7}, choice, ""},
  ConstantRow{"symptoms_head", &C::symptoms_head, {0.5}, choice, ""},
  ConstantRow{"pni_intercept", &C::pni_intercept, {-2.6}, calibrated, "Genc 2018: C 0.81 of grade, N+, PNI"},
  ConstantRow{"pni_log_size", &C::pni_log_size, {0.9}, choice, ""},
  ConstantRow{"pni_ki67", &C::pni_ki67, {0.5}, choice, ""},
  ConstantRow{"pni_nodes", &C::pni_nodes, {0.9}, choice, ""},
  ConstantRow{"pni_metastatic_axis", &C::pni_metastatic_axis, {0.3}, choice, ""},
  ConstantRow{"mvi_intercept", &C::mvi_intercept, {-2.0}, calibrated, "Pulvirenti 2021: C 0.84-0.85 with invasion"},
  ConstantRow{"mvi_log_size", &C::mvi_log_size, {1.0}, choice, ""},
  ConstantRow{"mvi_ki67", &C::mvi_ki67, {0.6}, choice, ""},
  ConstantRow{"mvi_nodes", &C::mvi_nodes, {0.9}, choice, ""},
  ConstantRow{"mvi_metastatic_axis", &C::mvi_metastatic_axis, {0.4}, choice, ""},
  ConstantRow{"m1_share", &C::m1_share, {0.0}, choice, "to be stated in scenario M1"},
  // measurements
  ConstantRow{"suv_median", &C::suv_median, {33.0}, choice, "DOTATATE SUVmax"},
  ConstantRow{"suv_ki67", &C::suv_ki67, {-0.20}, choice, ""},
  ConstantRow{"suv_log_size", &C::suv_log_size, {0.15}, choice, ""},
  ConstantRow{"suv_subtype", &C::suv_subtype, {0.15, 0.0, -0.25}, choice, ""},
  ConstantRow{"suv_log_sd", &C::suv_log_sd, {0.65}, choice, ""},
  ConstantRow{"fdg_intercept", &C::fdg_intercept, {-1.3}, choice, ""},
  ConstantRow{"fdg_ki67", &C::fdg_ki67, {0.9}, choice, "FDG uptake marks higher grade"},
  ConstantRow{"fdg_log_size", &C::fdg_log_size, {0.5}, choice, ""},
  ConstantRow{"fdg_subtype", &C::fdg_subtype, {0.0, 0.0, 0.3}, choice, ""},
  ConstantRow{"ppi_share", &C::ppi_share, {0.25}, choice, "proton-pump inhibitors"},
  ConstantRow{"cga_log_size", &C::cga_log_size, {0.20}, choice, "near chance for recurrence"},
  ConstantRow{"cga_log_sd", &C::cga_log_sd, {0.6}, choice, ""},
  ConstantRow{"cga_ppi_mean", &C::cga_ppi_mean, {1.0}, choice, "raised by acid suppression"},
  ConstantRow{"cga_ppi_sd", &C::cga_ppi_sd, {0.4}, choice, ""},
  ConstantRow{"ca19_9_median", &C::ca19_9_median, {11.0}, choice, ""},
  ConstantRow{"ca19_9_log_size", &C::ca19_9_log_size, {0.10}, choice, ""},
  ConstantRow{"ca19_9_duct", &C::ca19_9_duct, {0.25}, choice, ""},
  ConstantRow{"ca19_9_log_sd", &C::ca19_9_log_sd, {0.8}, choice, ""},
  ConstantRow{"lewis_negative_share", &C::lewis_negative_share, {0.07}, choice, "values below 1"},
  ConstantRow{"score_intercept", &C::score_intercept, {-0.9}, choice, "blood transcript score"},
  ConstantRow{"score_metastatic_axis", &C::score_metastatic_axis, {0.5}, choice, ""},
  ConstantRow{"score_log_size", &C::score_log_size, {0.35}, choice, ""},
  ConstantRow{"score_ki67", &C::score_ki67, {0.3}, choice, ""},
  ConstantRow{"score_sd", &C::score_sd, {0.9}, choice, ""},
  ConstantRow{"rating_log_size", &C::rating_log_size, {1.2}, choice, "resectability by five blinded raters"},
  ConstantRow{"rating_abutment", &C::rating_abutment, {2.0}, choice, ""},
  ConstantRow{"rating_encasement", &C::rating_encasement, {3.5}, choice, ""},
  ConstantRow{"rater_sd", &C::rater_sd, {0.8}, choice, ""},
  ConstantRow{"rating_borderline", &C::rating_borderline, {2.5}, choice, "cut of the ordered logit"},
  ConstantRow{"rating_unresectable", &C::rating_unresectable, {5.0}, choice, "cut of the ordered logit"},
  ConstantRow{"men1_share", &C::men1_share, {0.15, 0.40, 0.45}, choice, ""},
  ConstantRow{"daxx_atrx_share", &C::daxx_atrx_share, {0.02, 0.02, 0.9}, choice, ""},
  ConstantRow{"cdkn2a_intercept", &C::cdkn2a_intercept, {-3.0}, choice, ""},
  ConstantRow{"cdkn2a_metastatic_axis", &C::cdkn2a_metastatic_axis, {0.8}, choice, ""},
  ConstantRow{"cdkn2a_subtype", &C::cdkn2a_subtype, {0.0, 0.0, 0.6}, choice, ""},
  // natural history
  ConstantRow{"biology_ki67", &C::biology_ki67, {0.55}, calibrated, "Genc 2018: 5-year recurrence 10 and 45 % by Ki-67 5 %"},
  ConstantRow{"biology_subtype", &C::biology_subtype, {-1.0, 0.0, 1.15}, calibrated, "5-year recurrence 4 and 60 % by ALT (CCR-16-1113), milder on purpose"},
  ConstantRow{"biology_metastatic_axis", &C::biology_metastatic_axis, {0.70}, calibrated, "C of published scores"},
  ConstantRow{"occult_intercept", &C::occult_intercept, {-3.32}, calibrated, "5-year recurrence 13-17 %; crude 15.6 %"},
  ConstantRow{"occult_log_size", &C::occult_log_size, {1.70}, calibrated, "C of published scores"},
  ConstantRow{"occult_nodes", &C::occult_nodes, {0.55}, calibrated, "5-year recurrence 3-10 and 20-40 % by N"},
  ConstantRow{"occult_vessel", &C::occult_vessel, {0.30}, calibrated, "C of published scores"},
  ConstantRow{"occult_duct", &C::occult_duct, {0.30}, calibrated, "C of published scores"},
  ConstantRow{"lag_median", &C::lag_median, {44.0}, calibrated, "Heidsma 2021: 39 % of recurrences within 18 months"},
  ConstantRow{"lag_ki67", &C::lag_ki67, {-0.30}, calibrated, "Genc 2018: median time to recurrence 34 and 16 months"},
  ConstantRow{"lag_occult", &C::lag_occult, {-0.10}, calibrated, "Heidsma 2021: early recurrence"},
  ConstantRow{"lag_log_sd", &C::lag_log_sd, {0.75}, calibrated, "Heidsma 2021: median RFS 11.0 and 41 months"},
  ConstantRow{"local_rate", &C::local_rate, {0.0035}, calibrated, "PANDA 2023: local 1.4, nodal 0.8 % in 5 years"},
  ConstantRow{"local_nodes", &C::local_nodes, {0.5}, calibrated, "PANDA 2023"},
  ConstantRow{"local_vessel", &C::local_vessel, {0.4}, calibrated, "PANDA 2023"},
  ConstantRow{"local_ki67", &C::local_ki67, {0.3}, calibrated, "PANDA 2023"},
  ConstantRow{"growth_median", &C::growth_median, {0.022}, calibrated, "French-Italian series: 0.12 mm a year"},
  ConstantRow{"growth_log_size", &C::growth_log_size, {0.45}, calibrated, "French-Italian series"},
  ConstantRow{"growth_ki67", &C::growth_ki67, {0.40}, calibrated, "French-Italian series"},
  ConstantRow{"growth_axis", &C::growth_axis, {0.80}, calibrated, "13 % grow by 20 % in 34 months"},
  ConstantRow{"growth_subtype", &C::growth_subtype, {-0.4, 0.0, 0.4}, calibrated, "French-Italian series"},
  ConstantRow{"growth_log_sd", &C::growth_log_sd, {0.9}, calibrated, "13 % grow by 20 % in 34 months"},
  ConstantRow{"largest_growth", &C::largest_growth, {1.0}, choice, "of log diameter per year"},
  ConstantRow{"seeding_rate", &C::seeding_rate, {0.018}, calibrated, "0 of 226 spread in three observed series"},
  ConstantRow{"seeding_size_power", &C::seeding_size_power, {1.9}, calibrated, "0 of 226 spread in three observed series"},
  ConstantRow{"new_lag_median", &C::new_lag_median, {44.0}, calibrated, "as lag_median"},
  ConstantRow{"new_lag_ki67", &C::new_lag_ki67, {-0.30}, calibrated, "as lag_ki67"},
  ConstantRow{"new_lag_log_sd", &C::new_lag_log_sd, {0.6}, calibrated, "0 of 226 spread in three observed series"},
  ConstantRow{"mortality_at_60", &C::mortality_at_60, {0.0062}, calibrated, "Sadot 2016: other-cause death 6 % at 44 months"},
  ConstantRow{"mortality_male", &C::mortality_male, {1.25}, calibrated, "Sadot 2016"},
  ConstantRow{"mortality_female", &C::mortality_female, {0.78}, calibrated, "Sadot 2016"},
  ConstantRow{"mortality_cci", &C::mortality_cci, {0.28}, calibrated, "Sadot 2016"},
  ConstantRow{"mortality_age", &C::mortality_age, {0.088}, calibrated, "Sadot 2016"},
  ConstantRow{"mortality_frailty", &C::mortality_frailty, {0.0}, choice, "0.4 in scenario unmeasured"},
  ConstantRow{"change_month", &C::change_month, {24.0}, choice, "end of the first period in scenario nonPH"},
  ConstantRow{"local_early", &C::local_early, {1.0}, choice, "3 in scenario nonPH"},
  ConstantRow{"local_late", &C::local_late, {1.0}, choice, "0.4 in scenario nonPH"},
  ConstantRow{"lag_stretch_ki67", &C::lag_stretch_ki67, {0.0}, choice, "0.6 in scenario nonPH"},
  // surgery
  ConstantRow{"enucleation_largest", &C::enucleation_largest, {20.0}, choice, ""},
  ConstantRow{"enucleation_head_share", &C::enucleation_head_share, {0.35}, choice, ""},
  ConstantRow{"enucleation_tail_share", &C::enucleation_tail_share, {0.25}, choice, ""},
  ConstantRow{"operative_death", &C::operative_death, {0.004, 0.006, 0.018}, calibrated, "PMC9821009: 1 %"},
  ConstantRow{"operative_death_age", &C::operative_death_age, {0.045}, calibrated, "PMC9821009"},
  ConstantRow{"operative_death_cci", &C::operative_death_cci, {0.30}, calibrated, "PMC9821009"},
  ConstantRow{"operative_death_first", &C::operative_death_first, {0.1}, choice, ""},
  ConstantRow{"operative_death_last", &C::operative_death_last, {3.0}, published, "by definition: 90 days"},
  ConstantRow{"major_complication", &C::major_complication, {0.15, 0.14, 0.24}, calibrated, "12-22 % (AHBPS 24-215; PMC8395435)"},
  ConstantRow{"complication_age", &C::complication_age, {0.012}, choice, ""},
  ConstantRow{"complication_cci", &C::complication_cci, {0.12}, choice, ""},
  ConstantRow{"complication_quality", &C::complication_quality, {0.5}, choice, ""},
  ConstantRow{"diabetes", &C::diabetes, {0.08, 0.27, 0.24}, calibrated, "24 % (doi 10.3390/jcm8101611)"},
  ConstantRow{"diabetes_age", &C::diabetes_age, {0.02}, choice, ""},
  ConstantRow{"diabetes_bmi", &C::diabetes_bmi, {0.06}, calibrated, "BMI the only predictor (doi 10.3390/jcm8101611)"},
  ConstantRow{"insufficiency", &C::insufficiency, {0.12, 0.34, 0.68}, calibrated, "43 %, Whipple the only predictor (doi 10.3390/jcm8101611)"},
  ConstantRow{"fistula", &C::fistula, {0.20, 0.13, 0.13}, choice, "grade B or C"},
  ConstantRow{"disease_median", &C::disease_median, {95.0}, calibrated, "Heidsma 2021: survival after recurrence; DSS 93-98 % at 5 years"},
  ConstantRow{"disease_ki67", &C::disease_ki67, {0.35}, calibrated, "DSS 84-91 % at 10 years"},
  ConstantRow{"early_recurrence_months", &C::early_recurrence_months, {18.0}, published, "Heidsma 2021"},
  ConstantRow{"early_recurrence_factor", &C::early_recurrence_factor, {1.5}, calibrated, "Heidsma 2021: 42.6 and 81.5 months after recurrence"},
  ConstantRow{"local_only_factor", &C::local_only_factor, {2.0}, choice, "time to death after a local recurrence alone"},
  ConstantRow{"clearance", &C::clearance, {0.0}, choice, "to be stated in scenario preop_therapy"},
  ConstantRow{"preoperative_share", &C::preoperative_share, {0.0}, choice, "0.3 of the operated in scenario preop_therapy"},
  // surveillance
  ConstantRow{"trigger_growth", &C::trigger_growth, {7.0}, choice, ""},
  ConstantRow{"trigger_size", &C::trigger_size, {30.0}, choice, ""},
  ConstantRow{"trigger_small_below", &C::trigger_small_below, {27.0}, choice, ""},
  ConstantRow{"trigger_ratio", &C::trigger_ratio, {1.25}, choice, ""},
  ConstantRow{"complication_rate", &C::complication_rate, {0.006}, choice, "local complications at 20 mm"},
  ConstantRow{"complication_size_power", &C::complication_size_power, {1.6}, choice, ""},
  ConstantRow{"complication_head", &C::complication_head, {0.5}, choice, ""},
  ConstantRow{"complication_duct", &C::complication_duct, {0.7}, choice, ""},
  ConstantRow{"attempt_share", &C::attempt_share, {0.85}, choice, "operated once triggered"},
  ConstantRow{"unresectable_intercept", &C::unresectable_intercept, {-4.2}, choice, ""},
  ConstantRow{"unresectable_log_size", &C::unresectable_log_size, {1.5}, choice, ""},
  ConstantRow{"unresectable_vessel", &C::unresectable_vessel, {1.6}, choice, ""},
  ConstantRow{"unresectable_delay", &C::unresectable_delay, {6.0}, choice, "then counts as spread"},
  ConstantRow{"urgent_death", &C::urgent_death, {0.6}, choice, "log odds after a local complication"},
  ConstantRow{"longest_growth", &C::longest_growth, {240.0}, choice, "the size at surgery grows no further"},
  ConstantRow{"elective_crossover", &C::elective_crossover, {0.0}, choice, "0.05 a year would meet the published 17-25 %"},
  // treatment and follow-up
  ConstantRow{"treatment_intercept", &C::treatment_intercept, {-0.75}, calibrated, "ASPEN interim: 19 % operated"},
  ConstantRow{"treatment_log_size", &C::treatment_log_size, {2.0}, calibrated, "ASPEN interim: 19 % operated"},
  ConstantRow{"treatment_large", &C::treatment_large, {1.5}, calibrated, "2 cm rule of ENETS, NCCN, JNETS"},
  ConstantRow{"treatment_grade", &C::treatment_grade, {0.9}, choice, ""},
  ConstantRow{"treatment_duct", &C::treatment_duct, {1.4}, choice, ""},
  ConstantRow{"treatment_symptoms", &C::treatment_symptoms, {1.0}, choice, ""},
  ConstantRow{"treatment_nodes", &C::treatment_nodes, {0.9}, choice, ""},
  ConstantRow{"treatment_functioning", &C::treatment_functioning, {2.5}, choice, ""},
  ConstantRow{"treatment_age", &C::treatment_age, {-0.045}, calibrated, "Sadot 2016: median age 63 observed, 59 resected"},
  ConstantRow{"treatment_cci", &C::treatment_cci, {-0.30}, choice, ""},
  ConstantRow{"treatment_frailty", &C::treatment_frailty, {0.0}, choice, "-0.8 in scenario unmeasured"},
  ConstantRow{"secular_drift", &C::secular_drift, {0.0}, choice, "log odds of resection per calendar year, about 2015"},
  ConstantRow{"follow_up_first", &C::follow_up_first, {10.0}, calibrated, "median follow-up 51-58 months"},
  ConstantRow{"follow_up_last", &C::follow_up_last, {135.0}, calibrated, "median follow-up 51-58 months; 180 in scenario long_follow_up"},
  ConstantRow{"loss_rate", &C::loss_rate, {0.035}, calibrated, "median follow-up 51-58 months"},
  ConstantRow{"loss_occult", &C::loss_occult, {0.0}, choice, "0.6 or -0.6 in scenarios informative_censoring, informative_censoring_mirrored"},
  ConstantRow{"visit_sensitivity", &C::visit_sensitivity, {0.90}, choice, ""},
  ConstantRow{"diameter_log_sd", &C::diameter_log_sd, {0.04}, choice, "repeated diameters"},
  ConstantRow{"diameter_sd", &C::diameter_sd, {1.2}, choice, "repeated diameters"},
  // missing values
  ConstantRow{"eus_not_diagnostic", &C::eus_not_diagnostic, {0.15}, choice, "PMC8993931: 44 of 52 diagnostic"},
  ConstantRow{"eus_omitted_intercept", &C::eus_omitted_intercept, {-1.2}, choice, ""},
  ConstantRow{"eus_omitted_log_size", &C::eus_omitted_log_size, {-1.0}, choice, ""},
  ConstantRow{"eus_omitted_observed", &C::eus_omitted_observed, {0.8}, choice, ""},
  ConstantRow{"molecular_missing_observed", &C::molecular_missing_observed, {0.60}, choice, ""},
  ConstantRow{"molecular_missing_resected", &C::molecular_missing_resected, {0.20}, choice, ""},
  ConstantRow{"suv_missing", &C::suv_missing, {0.25}, choice, ""},
  ConstantRow{"cga_missing", &C::cga_missing, {0.20}, choice, ""},
  ConstantRow{"ca19_9_missing", &C::ca19_9_missing, {0.45}, choice, ""},
  ConstantRow{"score_missing", &C::score_missing, {0.50}, choice, ""},
  ConstantRow{"score_missing_slope", &C::score_missing_slope, {0.0}, choice, "0.5: missing more often when high"},
  ConstantRow{"duct_missing", &C::duct_missing, {0.05}, choice, ""},
  ConstantRow{"imaging_nodes_missing", &C::imaging_nodes_missing, {0.08}, choice, ""},
  // molecular features
  ConstantRow{"platform_sd", &C::platform_sd, {0.8}, choice, ""},
  ConstantRow{"centre_sd", &C::centre_sd, {0.4}, choice, "1.2 in scenario batch_trap"},
  ConstantRow{"noise_log_sd", &C::noise_log_sd, {0.12}, choice, ""},
  ConstantRow{"loading_low", &C::loading_low, {0.2}, choice, ""},
  ConstantRow{"loading_high", &C::loading_high, {0.9}, choice, ""},
  ConstantRow{"loading_shape", &C::loading_shape, {4.0}, choice, "Beta(4, 4) between the two"},
  ConstantRow{"signal_weight", &C::signal_weight, {0.95}, choice, "0.80 in preset faint"},
  ConstantRow{"signal_loading_low", &C::signal_loading_low, {0.5}, choice, "0.2 in preset faint"},
  ConstantRow{"signal_loading_high", &C::signal_loading_high, {0.95}, choice, "0.9 in preset faint"},
  ConstantRow{"signal_loading_shape", &C::signal_loading_shape, {1.0}, choice, "Beta(1, 1); 4 in preset faint"},
  ConstantRow{"subtype_shift", &C::subtype_shift, {0.9}, choice, ""},
  ConstantRow{"subtype_sign_share", &C::subtype_sign_share, {0.3}, choice, "of either sign; the rest has no shift"},
  ConstantRow{"proliferation_weight", &C::proliferation_weight, {0.70}, choice, ""},
  ConstantRow{"size_weight", &C::size_weight, {0.50}, choice, ""},
  ConstantRow{"age_weight", &C::age_weight, {0.50}, choice, ""},
  ConstantRow{"trap_weight", &C::trap_weight, {0.80}, choice, ""},
  ConstantRow{"trap_blocks", &C::trap_blocks, {12.0}, choice, "24 in scenario batch_trap"},
  ConstantRow{"direct_loading", &C::direct_loading, {0.35}, choice, "smallest loading that counts as planted"},
  ConstantRow{"count_log_mean", &C::count_log_mean, {3.0}, choice, "counts have mean e^(x + 3)"},
  ConstantRow{"count_dispersion", &C::count_dispersion, {0.2}, choice, "variance m + 0.2 m^2"},
  ConstantRow{"log_ki67_mean", &C::log_ki67_mean, {0.4263}, calibrated, "of these laws, by two million draws in R"},
  ConstantRow{"log_ki67_sd", &C::log_ki67_sd, {0.8700}, calibrated, "of these laws, by two million draws in R"},
  ConstantRow{"log_size_mean", &C::log_size_mean, {2.9014}, calibrated, "of these laws, by two million draws in R"},
  ConstantRow{"log_size_sd", &C::log_size_sd, {0.6298}, calibrated, "of these laws, by two million draws in R"},
  ConstantRow{"true_age_mean", &C::true_age_mean, {59.44}, calibrated, "of these laws, by two million draws in R"},
  ConstantRow{"true_age_sd", &C::true_age_sd, {12.83}, calibrated, "of these laws, by two million draws in R"},
  ConstantRow{"true_score_mean", &C::true_score_mean, {30.69}, calibrated, "of these laws, by two million draws in R"},
  ConstantRow{"true_score_sd", &C::true_score_sd, {19.90}, calibrated, "of these laws, by two million draws in R"},
  // quality of life
  ConstantRow{"utility", &C::utility, {0.90}, choice, "at 60 years"},
  ConstantRow{"utility_age", &C::utility_age, {-0.002}, choice, "per year of age"},
  ConstantRow{"surveillance_loss", &C::surveillance_loss, {0.015}, choice, "PANDORA: below the reference population"},
  ConstantRow{"resected_loss", &C::resected_loss, {0.005}, choice, ""},
  ConstantRow{"spread_loss", &C::spread_loss, {0.15}, choice, ""},
  ConstantRow{"surgery_loss", &C::surgery_loss, {0.12}, choice, ""},
  ConstantRow{"surgery_months", &C::surgery_months, {6.0}, choice, ""},
  ConstantRow{"complication_loss", &C::complication_loss, {0.25}, choice, "instead, after a major complication"},
  ConstantRow{"complication_months", &C::complication_months, {12.0}, choice, ""},
  ConstantRow{"diabetes_loss", &C::diabetes_loss, {0.05}, choice, "worse with diabetes (doi 10.3390/cancers17193205)"},
  ConstantRow{"insufficiency_loss", &C::insufficiency_loss, {0.02}, choice, ""},
  ConstantRow{"averse_factor", &C::averse_factor, {2.0}, choice, "functional losses of the set surgery-averse"},
  ConstantRow{"discount", &C::discount, {0.0}, choice, "per year, up to 0.03"},
};
// clang-format on

constexpr Index numbers_in_table() {
  Index count = 0;
  for (const auto& row : table) {
    count += row.numbers();
  }
  return count;
}
static_assert(numbers_in_table() * sizeof(double) == sizeof(Constants),
              "every member of Constants has one row");

void put(Constants& constants, const ConstantRow& row, const Three& value) {
  if (const auto* one = std::get_if<double Constants::*>(&row.place)) {
    constants.*(*one) = value[0];
  } else {
    constants.*std::get<Three Constants::*>(row.place) = value;
  }
}

} // namespace

std::string_view name_of(Mark mark) noexcept {
  return mark == Mark::published ? "published" : mark == Mark::calibrated ? "calibrated" : "choice";
}

std::span<const ConstantRow> constant_table() noexcept {
  return table;
}

Constants default_constants() noexcept {
  Constants constants{};
  for (const auto& row : table) {
    put(constants, row, row.value);
  }
  return constants;
}

std::vector<double> values_of(const Constants& constants, const ConstantRow& row) {
  if (const auto* one = std::get_if<double Constants::*>(&row.place)) {
    return {constants.*(*one)};
  }
  const Three& three = constants.*std::get<Three Constants::*>(row.place);
  return {three.begin(), three.end()};
}

void set_constant(Constants& constants,
                  const std::string& where,
                  std::string_view name,
                  const std::vector<double>& values) {
  std::vector<std::string> names;
  for (const auto& row : table) {
    if (row.name != name) {
      names.emplace_back(row.name);
      continue;
    }
    const bool finite = std::all_of(
        values.begin(), values.end(), [](double value) { return std::isfinite(value); });
    if (size_of(values) != row.numbers() || !finite) {
      throw ConfigError({.where = where,
                         .found = number_text(size_of(values)) +
                                  (finite ? " numbers" : " values, not all finite"),
                         .expected = std::string(name) + "=" +
                                     (row.numbers() == 1 ? "number" : "number,number,number"),
                         .remedy = "give as many numbers as the constant has",
                         .problem = "cannot set " + std::string(name)});
    }
    Three value{};
    std::copy(values.begin(), values.end(), value.begin());
    put(constants, row, value);
    return;
  }
  throw ConfigError({.where = where,
                     .found = "no constant " + quoted(name),
                     .expected = "a name of the table of constants (docs/methods/net_cohort.md)",
                     .remedy = suggestion(name, names),
                     .problem = "cannot set a constant of the cohort"});
}

} // namespace vigil::simulate::net
