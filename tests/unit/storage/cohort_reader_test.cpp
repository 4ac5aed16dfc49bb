// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/digest.hpp"
#include "vigil/storage/cohort_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fault_of.hpp"
#include "tests/support/near.hpp"
#include "tests/support/temp_folder.hpp"
#include <cmath>

namespace vigil::storage {
namespace {

using test::fault_of;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* table = "id,t,d,status,cause,age,size,grade,site,marker1,marker2,entry,w\n"
                              "a,10,1,dead,1,50,15,G2,north,1.5,0,0,1\n"
                              "b,20,0,alive,0,60,20,G1,south,2.5,1,1,2\n"
                              "c,30,1,dead,2,70,20.5,G3,north,NA,0,2,0.5\n"
                              "d,40,0,alive,0,NA,60,G1,,4.5,1,3,1\n";

class CohortReader : public ::testing::Test {
protected:
  [[nodiscard]] CohortRequest request(const std::string& text = table) const {
    CohortRequest wanted;
    wanted.file = folder_.file("c.csv", text);
    wanted.time = "t";
    wanted.event = "d";
    return wanted;
  }
  [[nodiscard]] Cohort open(const CohortRequest& wanted) { return open_cohort(wanted, scheduler_); }
  template <class Kind>
  [[nodiscard]] Fault refusal(const CohortRequest& wanted) {
    return fault_of<Kind>([&] { static_cast<void>(open(wanted)); });
  }
  static std::vector<double> values(const Cohort& cohort, Index column) {
    const auto held = cohort.parts().clinical.column(column);
    return {held.begin(), held.end()};
  }
  static std::vector<std::string> names(const Cohort& cohort) {
    std::vector<std::string> result;
    for (Index column = 0; column < cohort.parts().clinical.columns(); ++column) {
      result.push_back(cohort.parts().clinical.info(column).name);
    }
    return result;
  }
  test::TempFolder folder_;
  Scheduler scheduler_{2};
};

TEST_F(CohortReader, ReadsASurvivalOutcome) {
  auto wanted = request();
  wanted.entry = "entry";
  wanted.time_unit = TimeUnit::days;
  const auto cohort = open(wanted);
  const auto& outcome = std::get<SurvivalOutcome>(*cohort.parts().outcome);
  EXPECT_THAT(outcome.time, ElementsAre(10, 20, 30, 40));
  EXPECT_THAT(outcome.event, ElementsAre(1, 0, 1, 0));
  EXPECT_THAT(outcome.entry, ElementsAre(0, 1, 2, 3));
  EXPECT_EQ(cohort.time_unit(), TimeUnit::days);
  EXPECT_EQ(cohort.parts().file_name, "c.csv");
  EXPECT_EQ(cohort.provenance().file_digest, file_digest(wanted.file));
}

TEST_F(CohortReader, WithoutOutcomeThereIsNone) {
  auto wanted = request();
  wanted.time = wanted.event = "";
  EXPECT_FALSE(open(wanted).has_outcome());
}

TEST_F(CohortReader, TakesAValueAsTheEvent) {
  auto wanted = request();
  wanted.event = "status";
  wanted.event_is = "dead";
  EXPECT_THAT(std::get<SurvivalOutcome>(*open(wanted).parts().outcome).event,
              ElementsAre(1, 0, 1, 0));
  wanted.event_is = "Dead";
  EXPECT_THAT(refusal<InputError>(wanted).found, HasSubstr("'dead'"));
  wanted.event_is = "";
  EXPECT_THAT(refusal<InputError>(wanted).remedy, HasSubstr("--event-is"));
}

TEST_F(CohortReader, RefusesTheCodingOneTwoUntilTold) {
  auto wanted = request("id,t,d\na,1,1\nb,2,2\n");
  EXPECT_THAT(refusal<InputError>(wanted).remedy, HasSubstr("--event-is 2"));
  wanted.event_is = "2";
  EXPECT_THAT(std::get<SurvivalOutcome>(*open(wanted).parts().outcome).event, ElementsAre(0, 1));
}

TEST_F(CohortReader, NamesSubjectsWithoutUsableOutcome) {
  EXPECT_THAT(refusal<InputError>(request("id,t,d\na,1,1\nb,2,NA\nc,3,7\n")).where,
              HasSubstr("'b' (line 3)"));
  EXPECT_THAT(refusal<InputError>(request("id,t,d\na,1,1\nb,2,NA\nc,3,7\n")).remedy,
              HasSubstr("--subjects 'd!=NA'"));
  const auto times = refusal<InputError>(request("id,t,d\na,1,1\nb,-3,0\nc,NA,1\n"));
  EXPECT_THAT(times.where, HasSubstr("'b'"));
  EXPECT_THAT(times.where, HasSubstr("'c'"));
  EXPECT_THAT(times.remedy, HasSubstr("--subjects 't>0'"));
}

TEST_F(CohortReader, ReadsCompetingRisks) {
  auto wanted = request();
  wanted.cause = "cause";
  const auto cohort = open(wanted);
  const auto& outcome = std::get<CompetingRisksOutcome>(*cohort.parts().outcome);
  EXPECT_THAT(outcome.cause, ElementsAre(1, 0, 2, 0));
  EXPECT_THAT(outcome.cause_names, ElementsAre("1", "2"));
  auto contradicting = request("id,t,d,cause\na,1,1,0\nb,2,0,0\n");
  contradicting.cause = "cause";
  EXPECT_THAT(refusal<InputError>(contradicting).where, HasSubstr("'a'"));
  auto broken = request("id,t,cause\na,1,1.5\nb,2,0\n");
  broken.event = "";
  broken.cause = "cause";
  EXPECT_THAT(refusal<InputError>(broken).found, HasSubstr("1.5"));
}

// 700 days are 22.99 months of 30.4375 days.
TEST_F(CohortReader, ReadsEndsOfFollowUp) {
  const std::string causes =
      "id,t,cause,end,age\na,10,1,25,1\nb,20,0,20,2\nc,30,2,40,3\nd,5,2,9,4\n";
  auto wanted = request(causes);
  wanted.event = "";
  wanted.cause = "cause";
  wanted.follow_up_end = "end";
  wanted.features = FeatureChoice::rest;
  wanted.time_unit = TimeUnit::months;
  wanted.convert_to = TimeUnit::days;
  wanted.truncate_at = 700.0;
  const auto cohort = open(wanted);
  const auto& outcome = std::get<CompetingRisksOutcome>(*cohort.parts().outcome);
  EXPECT_THAT(outcome.time, ElementsAre(304.375, 608.75, 700, 152.1875));
  EXPECT_THAT(outcome.follow_up_end, ElementsAre(700, 608.75, 700, 273.9375));
  EXPECT_THAT(outcome.cause, ElementsAre(1, 0, 0, 2));
  EXPECT_EQ(cohort.covariates().columns(), 1); // the end is no feature
  wanted.clinical = {"end"};
  EXPECT_THAT(refusal<ConfigError>(wanted).found, HasSubstr("the outcome"));
  auto early = request("id,t,cause,end\na,10,1,9\nb,20,0,NA\nc,30,2,40\n");
  early.event = "";
  early.cause = "cause";
  early.follow_up_end = "end";
  const Fault fault = refusal<InputError>(early);
  EXPECT_THAT(fault.where, HasSubstr("'a'"));
  EXPECT_THAT(fault.where, HasSubstr("'b'"));
  EXPECT_THAT(fault.found, HasSubstr("time 10, follow-up to 9"));
  auto single = request();
  single.follow_up_end = "t";
  EXPECT_THAT(refusal<ConfigError>(single).where, HasSubstr("--follow-up-end"));
}

TEST_F(CohortReader, ReadsOtherFamilies) {
  auto wanted = request();
  wanted.time = wanted.event = "";
  wanted.outcome = "age";
  wanted.family = "gaussian";
  wanted.subjects = {"age!=NA"};
  wanted.unit = {{"age", "years"}};
  const auto continuous = std::get<ContinuousOutcome>(*open(wanted).parts().outcome);
  EXPECT_THAT(continuous.value, ElementsAre(50, 60, 70));
  EXPECT_EQ(continuous.unit, "years");
  wanted.outcome = "status";
  wanted.family = "binomial";
  wanted.event_is = "dead";
  EXPECT_THAT(std::get<BinaryOutcome>(*open(wanted).parts().outcome).label, ElementsAre(1, 0, 1));
  wanted.outcome = "cause";
  wanted.family = "poisson";
  wanted.event_is = "";
  EXPECT_THAT(std::get<CountOutcome>(*open(wanted).parts().outcome).count, ElementsAre(1, 0, 2));
  wanted.family = "poison";
  EXPECT_THAT(refusal<ConfigError>(wanted).remedy, HasSubstr("'poisson'"));
}

TEST_F(CohortReader, NamesSubjectsWithoutUsableValueOfAFamily) {
  const auto wanted = [this](const char* values, const char* family) {
    auto made = request(std::string("id,y,s\n") + values);
    made.time = made.event = "";
    made.outcome = "y";
    made.family = family;
    return made;
  };
  const auto label = refusal<InputError>(wanted("a,0,x\nb,1,x\nc,3,x\nd,NA,x\n", "binomial"));
  EXPECT_THAT(label.where, HasSubstr("'c' (line 4)"));
  EXPECT_THAT(label.where, HasSubstr("'d' (line 5)"));
  EXPECT_THAT(label.expected, HasSubstr("two classes"));
  EXPECT_THAT(refusal<InputError>(wanted("a,1,x\nb,2,x\n", "binomial")).remedy,
              HasSubstr("if 2 means the class 1: --event-is 2"));
  EXPECT_THAT(refusal<InputError>(wanted("a,yes,x\nb,no,x\n", "binomial")).remedy,
              HasSubstr("the class 1: --event-is VALUE"));
  const auto count = refusal<InputError>(wanted("a,0,x\nb,-1,x\nc,2,x\nd,NA,x\n", "poisson"));
  EXPECT_THAT(count.where, HasSubstr("'b' (line 3)"));
  EXPECT_THAT(count.where, HasSubstr("'d' (line 5)"));
  EXPECT_THAT(count.expected, HasSubstr("count >= 0"));
  EXPECT_THAT(count.remedy, HasSubstr("--subjects 'y>=0'"));
  const auto value = refusal<InputError>(wanted("a,0.5,x\nb,inf,x\nc,NA,x\n", "gaussian"));
  EXPECT_THAT(value.where, HasSubstr("'b' (line 3)"));
  EXPECT_THAT(value.where, HasSubstr("'c' (line 4)"));
  EXPECT_THAT(value.remedy, HasSubstr("--subjects 'y!=NA'"));
  EXPECT_THAT(open(wanted("a,TRUE,x\nb,false,x\n", "binomial")).events(), 1);
}

TEST_F(CohortReader, SaysThatCountsAreNotWhole) {
  auto wanted = request("id,y\na,1.5\nb,2\nc,0.25\n");
  wanted.time = wanted.event = "";
  wanted.outcome = "y";
  wanted.family = "poisson";
  EXPECT_THAT(open(wanted).parts().notes, Contains(HasSubstr("not whole: 2")));
}

TEST_F(CohortReader, RefusesOptionsThatAnOutcomeWithoutTimesCannotHave) {
  auto wanted = request();
  wanted.time = wanted.event = "";
  wanted.outcome = "size";
  wanted.family = "gaussian";
  EXPECT_EQ(open(wanted).parts().event_name, "size");
  auto with = wanted;
  with.entry = "entry";
  EXPECT_EQ(refusal<ConfigError>(with).where, "--entry");
  with = wanted;
  with.strata = "site";
  EXPECT_EQ(refusal<ConfigError>(with).where, "--strata");
  with = wanted;
  with.truncate_at = 30.0;
  EXPECT_EQ(refusal<ConfigError>(with).where, "--truncate-at");
  with = wanted;
  with.event_is = "15";
  EXPECT_EQ(refusal<ConfigError>(with).where, "--event-is");
}

TEST_F(CohortReader, RefusesHalfAnOutcome) {
  auto wanted = request();
  wanted.event = "";
  EXPECT_THAT(refusal<ConfigError>(wanted).found, HasSubstr("without an event"));
  wanted = request();
  wanted.time = "";
  EXPECT_THAT(refusal<ConfigError>(wanted).found, HasSubstr("without a time"));
  wanted = request();
  wanted.family = "gaussian";
  EXPECT_THAT(refusal<ConfigError>(wanted).found, HasSubstr("only one"));
  wanted = request();
  wanted.truncate_at = 0.0;
  EXPECT_THAT(refusal<ConfigError>(wanted).where, HasSubstr("--truncate-at"));
}

TEST_F(CohortReader, ConvertsThenTruncatesTimes) {
  auto wanted = request();
  wanted.time_unit = TimeUnit::months;
  wanted.convert_to = TimeUnit::days;
  wanted.truncate_at = 700.0;
  const auto cohort = open(wanted);
  const auto& outcome = std::get<SurvivalOutcome>(*cohort.parts().outcome);
  // A month is 365.25 / 12 = 30.4375 days; 30 and 40 months lie beyond 700 days.
  EXPECT_THAT(outcome.time, ElementsAre(304.375, 608.75, 700, 700));
  EXPECT_THAT(outcome.event, ElementsAre(1, 0, 0, 0));
  EXPECT_EQ(cohort.time_unit(), TimeUnit::days);
  EXPECT_THAT(cohort.parts().notes, Contains(HasSubstr("from months to days")));
}

TEST_F(CohortReader, AppliesConditionsAndRecordsThem) {
  auto wanted = request();
  wanted.subjects = {"age>=50", "grade != G3"};
  const auto cohort = open(wanted);
  EXPECT_THAT(cohort.subject_ids(), ElementsAre("a", "b"));
  const auto& flow = cohort.parts().flow;
  ASSERT_EQ(flow.size(), 3U);
  EXPECT_EQ(flow[0].subjects, 4);
  EXPECT_EQ(flow[0].events, 2);
  EXPECT_EQ(flow[1].subjects, 3);
  EXPECT_EQ(flow[1].reason, "age>=50");
  EXPECT_EQ(flow[2].subjects, 2);
  EXPECT_EQ(flow[2].events, 1);
}

TEST_F(CohortReader, KnowsAllComparisons) {
  const auto kept = [this](const std::string& condition) {
    auto wanted = request();
    wanted.subjects = {condition};
    const auto cohort = open(wanted);
    std::string ids;
    for (const auto& id : cohort.subject_ids()) {
      ids += id;
    }
    return ids;
  };
  EXPECT_EQ(kept("size=20"), "b");
  EXPECT_EQ(kept("size == 20"), "b");
  EXPECT_EQ(kept("size!=20"), "acd");
  EXPECT_EQ(kept("size<20"), "a");
  EXPECT_EQ(kept("size<=20"), "ab");
  EXPECT_EQ(kept("size>20"), "cd");
  EXPECT_EQ(kept("age=NA"), "d");
  EXPECT_EQ(kept("site='north'"), "ac");
  EXPECT_EQ(kept("site!=north"), "b");
}

TEST_F(CohortReader, RefusesConditionsThatCannotBeMet) {
  auto wanted = request();
  wanted.subjects = {"age>100"};
  EXPECT_THAT(refusal<InputError>(wanted).problem, HasSubstr("no subjects are left"));
  wanted.subjects = {"aeg>10"};
  EXPECT_THAT(refusal<InputError>(wanted).remedy, HasSubstr("'age'"));
  wanted.subjects = {"age"};
  EXPECT_THAT(refusal<ConfigError>(wanted).expected, HasSubstr(">="));
  wanted.subjects = {"age!60"};
  EXPECT_THAT(refusal<ConfigError>(wanted).expected, HasSubstr(">="));
  wanted.subjects = {"age>old"};
  EXPECT_THAT(refusal<ConfigError>(wanted).expected, HasSubstr("number"));
}

TEST_F(CohortReader, MakesIndicatorsWithSortedOrGivenLevels) {
  auto wanted = request();
  wanted.clinical = {"age", "grade"};
  const auto cohort = open(wanted);
  EXPECT_THAT(names(cohort), ElementsAre("age", "grade=G2", "grade=G3"));
  EXPECT_THAT(values(cohort, 1), ElementsAre(1, 0, 0, 0));
  EXPECT_FALSE(cohort.parts().clinical.info(0).penalized);
  EXPECT_EQ(cohort.parts().clinical.info(1).source_column(), "grade");
  EXPECT_THAT(cohort.parts().notes, Contains(HasSubstr("G1, G2, G3")));
  wanted.levels = {{"grade", {"G3", "G1", "G2"}}};
  wanted.penalize_clinical = true;
  const auto ordered = open(wanted);
  EXPECT_THAT(names(ordered), ElementsAre("age", "grade=G1", "grade=G2"));
  EXPECT_TRUE(ordered.parts().clinical.info(0).penalized);
  EXPECT_FALSE(ordered.parts().clinical.info(0).marker);
  wanted.levels = {{"grade", {"G1", "G2"}}};
  EXPECT_THAT(refusal<InputError>(wanted).found, HasSubstr("'G3'"));
}

TEST_F(CohortReader, CutsRightClosed) {
  auto wanted = request();
  wanted.clinical = {"size"};
  wanted.cuts = {{"size", {20, 50}}};
  const auto cohort = open(wanted);
  EXPECT_THAT(names(cohort), ElementsAre("size=20-50", "size=>50"));
  EXPECT_THAT(values(cohort, 0), ElementsAre(0, 0, 1, 0)); // 15, 20, 20.5, 60
  EXPECT_THAT(values(cohort, 1), ElementsAre(0, 0, 0, 1));
  wanted.cuts = {{"size", {50, 20}}};
  EXPECT_THAT(refusal<ConfigError>(wanted).expected, HasSubstr("ascending"));
}

TEST_F(CohortReader, ReadsGroupingsWeightsAndOffset) {
  auto wanted = request();
  wanted.centre = "site";
  wanted.strata = "grade";
  wanted.weight = "w";
  wanted.offset = "marker2";
  const auto cohort = open(wanted);
  EXPECT_THAT(cohort.centre_names(), ElementsAre("north", "south"));
  EXPECT_THAT(cohort.parts().centre.level, ElementsAre(0, 1, 0, no_index));
  EXPECT_THAT(cohort.parts().stratum.level, ElementsAre(1, 0, 2, 0));
  EXPECT_THAT(cohort.parts().sampling_weight, ElementsAre(1, 2, 0.5, 1));
  EXPECT_THAT(cohort.parts().offset, ElementsAre(0, 1, 0, 1));
  wanted.strata = "site";
  EXPECT_THAT(refusal<InputError>(wanted).where, HasSubstr("'d'"));
  wanted.strata = "";
  wanted.offset = "marker1";
  EXPECT_THAT(refusal<InputError>(wanted).where, HasSubstr("'c'"));
}

TEST_F(CohortReader, TableMarkersStayInDoublePrecision) {
  auto wanted = request();
  choose_features(wanted, "marker1, marker2");
  wanted.clinical = {"age"};
  const auto cohort = open(wanted);
  EXPECT_EQ(cohort.parts().features.features(), 0);
  EXPECT_THAT(names(cohort), ElementsAre("marker1", "marker2", "age"));
  EXPECT_TRUE(cohort.parts().clinical.info(0).penalized);
  EXPECT_TRUE(cohort.parts().clinical.info(0).marker);
  EXPECT_FALSE(cohort.parts().clinical.info(2).penalized);
}

TEST_F(CohortReader, RestIsEveryNumericColumnWithoutARole) {
  auto wanted = request();
  wanted.clinical = {"age"};
  wanted.weight = "w";
  wanted.cause = "cause";
  choose_features(wanted, "rest");
  EXPECT_THAT(names(open(wanted)), ElementsAre("size", "marker1", "marker2", "entry", "age"));
}

TEST_F(CohortReader, ReadsNamesOfMarkersFromAFile) {
  auto wanted = request();
  choose_features(wanted, folder_.file("names.txt", "marker2\r\n\nmarker1\n").string());
  EXPECT_THAT(wanted.feature_names, ElementsAre("marker2", "marker1"));
  choose_features(wanted, "none");
  EXPECT_EQ(wanted.features, FeatureChoice::none);
  EXPECT_TRUE(wanted.feature_names.empty());
}

TEST_F(CohortReader, RefusesTheOutcomeAsACovariate) {
  auto wanted = request();
  choose_features(wanted, "marker1,t");
  EXPECT_THAT(refusal<ConfigError>(wanted).found, HasSubstr("which is the outcome"));
  choose_features(wanted, "none");
  wanted.clinical = {"age", "age"};
  EXPECT_THAT(refusal<ConfigError>(wanted).found, HasSubstr("named twice"));
  auto copied = request("id,t,d,copy\na,1,1,1\nb,2,0,2\n");
  choose_features(copied, "rest");
  EXPECT_THAT(refusal<InputError>(copied).found, HasSubstr("the same values as 't'"));
}

TEST_F(CohortReader, ManyTableMarkersBecomeAMatrix) {
  std::string text = "id,t,d";
  for (int marker = 0; marker < 1001; ++marker) {
    text += ",m" + std::to_string(marker);
  }
  for (const char* row : {"\na,1,1", "\nb,2,0"}) {
    text += row;
    for (int marker = 0; marker < 1001; ++marker) {
      text += "," + std::to_string(1000000 + marker) + (row[1] == 'a' ? ".25" : ".75");
    }
  }
  auto wanted = request(text);
  choose_features(wanted, "rest");
  const auto cohort = open(wanted);
  ASSERT_EQ(cohort.parts().features.features(), 1001);
  EXPECT_EQ(cohort.parts().features.info(7).offset, 1000007.25);
  const std::vector<Index> seventh{7};
  EXPECT_THAT(cohort.parts().features.columns(seventh, scheduler_), ElementsAre(0.0F, 0.5F));
}

TEST_F(CohortReader, TextInAColumnOfNumbersIsNamed) {
  auto wanted = request("id,t,d,age\na,1,1,50\nb,2,0,sixty\nc,3,1,70\n");
  wanted.clinical = {"age"};
  const auto fault = refusal<InputError>(wanted);
  EXPECT_EQ(fault.found, "'sixty'");
  EXPECT_THAT(fault.where, HasSubstr("'b' (line 3)"));
}

TEST_F(CohortReader, DescribesColumnsByMomentAndUnit) {
  auto wanted = request();
  wanted.clinical = {"age"};
  wanted.known_at = {{"age", KnownAt::baseline}};
  wanted.unit = {{"age", "years"}};
  const auto cohort = open(wanted);
  EXPECT_EQ(cohort.parts().clinical.info(0).unit, "years");
  EXPECT_EQ(cohort.parts().clinical.info(0).known_at, KnownAt::baseline);
  wanted.known_at = {{"agee", KnownAt::baseline}};
  EXPECT_THAT(refusal<ConfigError>(wanted).remedy, HasSubstr("'age'"));
}

TEST_F(CohortReader, RefusesFilesThatAreNoCohort) {
  auto wanted = request();
  wanted.file = folder_ / "d.csv";
  EXPECT_THAT(refusal<InputError>(wanted).remedy, HasSubstr("'c.csv'"));
  wanted.file = folder_.file("x.h5ad", "not hdf5");
  EXPECT_THAT(refusal<InputError>(wanted).found, HasSubstr("not HDF5"));
  wanted.file = folder_.file("x.parquet", "PAR1");
  EXPECT_THAT(refusal<InputError>(wanted).remedy, HasSubstr("read_parquet"));
  wanted = request();
  wanted.layer = "counts";
  EXPECT_THAT(refusal<ConfigError>(wanted).where, HasSubstr("--layer"));
}

TEST_F(CohortReader, RefusesColumnsWithoutNumbersOrLevels) {
  auto wanted = request("id,t,d,x,note\na,1,1,Inf,p\nb,2,0,2,q\n");
  wanted.clinical = {"x"};
  EXPECT_THAT(refusal<InputError>(wanted).problem, HasSubstr("infinite"));
  std::string text = "id,t,d,note\n";
  for (int row = 0; row < 60; ++row) {
    text += "s" + std::to_string(row) + ",1,0,text" + std::to_string(row) + "\n";
  }
  wanted = request(text);
  wanted.clinical = {"note"};
  EXPECT_THAT(refusal<InputError>(wanted).found, HasSubstr("60 different texts"));
}

} // namespace
} // namespace vigil::storage
