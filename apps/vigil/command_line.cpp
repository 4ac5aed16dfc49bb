// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/vigil/command_line.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/version.hpp"

#include <CLI/CLI.hpp>
#include <array>
#include <fmt/format.h>

namespace vigil::app {

namespace {

constexpr std::array common_table{
    OptionSpec{
        "threads",
        "N",
        "threads (default: VIGIL_THREADS, OMP_NUM_THREADS, SLURM_CPUS_PER_TASK, the machine)"},
    OptionSpec{"seed", "N", "seed of all randomness"},
    OptionSpec{"memory", "SIZE", "memory for one pass over the features (default 1G)"},
    OptionSpec{"out", "DIR", "folder for the results"},
    OptionSpec{"progress", "auto|plain|none", "how progress is shown"},
    OptionSpec{"json", "", "machine output on stdout"},
    OptionSpec{"quiet", "", "nothing on the screen but errors"},
};

constexpr std::array cohort_table{
    OptionSpec{"id", "COL", "column of the subject ids (default: the first)"},
    OptionSpec{"time", "COL", "time to event or censoring"},
    OptionSpec{"event", "COL", "event: 0/1, true/false, or a text with --event-is"},
    OptionSpec{"event-is", "VALUE", "text of --event that means an event"},
    OptionSpec{"cause", "COL", "cause of the event: 0 censored, 1.. causes"},
    OptionSpec{"truncate-at", "T", "follow-up ends at T: later events count as censored there"},
    OptionSpec{"time-unit", "UNIT", "days, weeks, months or years"},
    OptionSpec{"outcome", "COL", "outcome that is no time (with --family)"},
    OptionSpec{"family", "F", "gaussian, binomial or poisson"},
    OptionSpec{"entry", "COL", "delayed entry"},
    OptionSpec{"strata", "COL", "stratum of the baseline hazard", true},
    OptionSpec{"weight", "COL", "sampling weight"},
    OptionSpec{"offset", "COL", "offset of the linear predictor"},
    OptionSpec{"centre", "COL", "centre: kept in view by resampling"},
    OptionSpec{"group", "COL", "several rows of one subject stay together"},
    OptionSpec{"clinical", "C1,C2", "clinical columns: float64, unpenalized", true},
    OptionSpec{"penalize-clinical", "", "penalize the clinical columns too"},
    OptionSpec{"levels", "COL=a,b,c", "level order of a column, the reference first", true},
    OptionSpec{"cut", "COL=20,50", "cut a number into classes <=20, 20-50, >50", true},
    OptionSpec{"features",
               "FILE|NAMES|rest",
               "markers: a file of names, names, or every other numeric column",
               true},
    OptionSpec{"layer", "NAME", "another matrix of the h5ad file"},
    OptionSpec{"subjects", "'nodes>0'", "keep these subjects: column, = != < <= > >=, value", true},
    OptionSpec{"impute", "none|median|mean", "missing values, filled inside each training set"},
    OptionSpec{"standardize", "true|false", "scale the columns inside each training set"},
    OptionSpec{"known-at",
               "COL=MOMENT",
               "baseline, imaging, biopsy, operative, pathology, followup",
               true},
    OptionSpec{"unit", "COL=UNIT", "unit of a column", true},
};

/// Texts given to one option, in CLI11's terms.
struct Binding {
  const OptionSpec* spec;
  std::vector<std::string> texts;
  bool flag = false;
};

void bind(CLI::App& command, const OptionSpec& spec, Binding& binding, const char* group) {
  binding.spec = &spec;
  const std::string name = (spec.name.size() == 1 ? "-" : "--") + std::string(spec.name);
  CLI::Option* option = nullptr;
  if (spec.value.empty()) {
    option = command.add_flag(name, binding.flag, std::string(spec.help));
  } else {
    option = command.add_option(name, binding.texts, std::string(spec.help));
    option->expected(1)->type_name(std::string(spec.value));
    option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->allow_extra_args(false);
  }
  option->group(group);
}

[[noreturn]] void
refuse(const std::string& found, const std::string& expected, const std::string& remedy) {
  throw ConfigError({.where = "the command line",
                     .found = found,
                     .expected = expected,
                     .remedy = remedy,
                     .problem = "cannot understand the command"});
}

void collect(const Binding& binding, Options& options) {
  const std::string key = key_of(binding.spec->name);
  const std::string where =
      (binding.spec->name.size() == 1 ? "-" : "--") + std::string(binding.spec->name);
  if (binding.flag) {
    options.set(key, {true, where});
  }
  if (!binding.spec->repeatable && binding.texts.size() > 1) {
    refuse(where + " " + number_text(size_of(binding.texts)) + " times",
           where + " once",
           "remove one of them");
  }
  for (const auto& text : binding.texts) {
    if (binding.spec->repeatable) {
      options.append(key, {text, where});
    } else {
      options.set(key, {text, where});
    }
  }
}

const Verb& find_verb(std::string_view name) {
  std::vector<std::string> names;
  for (const auto& verb : verb_table()) {
    if (verb.name == name) {
      return verb;
    }
    names.emplace_back(verb.name);
  }
  refuse("unknown verb " + vigil::quoted(name),
         "one of " + join(names, ", "),
         suggestion(name, names) + " (see: vigil --help)");
}

/// All options of a verb with their place in the help.
std::vector<std::pair<const OptionSpec*, const char*>> options_of(const Verb& verb) {
  std::vector<std::pair<const OptionSpec*, const char*>> all;
  for (const auto& spec : verb.options) {
    all.push_back({&spec, "Options"});
  }
  if (verb.reads_cohort) {
    for (const auto& spec : cohort_options()) {
      all.push_back({&spec, "Reading a cohort"});
    }
  }
  for (const auto& spec : common_options()) {
    all.push_back({&spec, "Common"});
  }
  return all;
}

void refuse_extras(const std::vector<std::string>& extras, const std::vector<Binding>& bindings) {
  for (const auto& extra : extras) {
    if (extra.size() > 1 && extra.front() == '-') {
      std::vector<std::string> names;
      for (const auto& binding : bindings) {
        names.push_back((binding.spec->name.size() == 1 ? "-" : "--") +
                        std::string(binding.spec->name));
      }
      const std::string name = extra.substr(0, extra.find('='));
      refuse("unknown option " + vigil::quoted(name),
             "an option of this verb",
             suggestion(name, names));
    }
  }
}

} // namespace

std::span<const OptionSpec> common_options() noexcept {
  return common_table;
}

std::span<const OptionSpec> cohort_options() noexcept {
  return cohort_table;
}

std::string key_of(std::string_view name) {
  std::string key(name);
  std::replace(key.begin(), key.end(), '-', '_');
  return key;
}

std::string overview() {
  std::string text = fmt::format(
      "vigil {}: biomarkers for observe, board or resect\n{}\n\nusage: vigil <verb> [options]\n\n",
      version,
      intended_use);
  for (const auto& verb : verb_table()) {
    text += fmt::format("  {:<10} {}\n", verb.name, verb.summary);
  }
  return text +
         "\nvigil <verb> --help shows the options of a verb. First study: bash apps/demo.sh\n";
}

Parsed parse_command_line(std::span<char* const> arguments) {
  const std::string first = arguments.size() < 2 ? "--help" : arguments[1];
  if (first == "--help" || first == "-h" || first == "help") {
    return overview();
  }
  if (first == "--version") {
    return fmt::format("vigil {}\n", version);
  }
  const Verb& verb = find_verb(first);
  CLI::App command(std::string(verb.summary) +
                       (verb.details.empty() ? "" : "\n" + std::string(verb.details)),
                   "vigil " + std::string(verb.name));
  command.allow_extras();
  command.set_help_flag("-h,--help", "print this help");
  const auto specs = options_of(verb);
  std::vector<Binding> bindings(specs.size());
  for (std::size_t option = 0; option < specs.size(); ++option) {
    bind(command, *specs[option].first, bindings[option], specs[option].second);
  }
  std::vector<std::string> words(arguments.begin() + 2, arguments.end());
  std::reverse(words.begin(), words.end());
  try {
    command.parse(words);
  } catch (const CLI::CallForHelp&) {
    std::string help = command.help();
    const std::string usage = "[OPTIONS]";
    const auto place = help.find(usage);
    if (place != std::string::npos) {
      help.replace(place, usage.size(), std::string(verb.arguments) + " [options]");
    }
    return help;
  } catch (const CLI::Error& error) {
    refuse(error.what(),
           "options as in: vigil " + std::string(verb.name) + " --help",
           "correct the option");
  }
  const auto extras = command.remaining();
  refuse_extras(extras, bindings);
  Request request{.verb = &verb, .positional = extras};
  if (size_of(extras) < verb.least_arguments || size_of(extras) > verb.most_arguments) {
    refuse(extras.empty() ? "no arguments" : "arguments: " + join(extras, " "),
           "vigil " + std::string(verb.name) + " " + std::string(verb.arguments),
           "see: vigil " + std::string(verb.name) + " --help");
  }
  for (const auto& binding : bindings) {
    collect(binding, request.options);
  }
  return request;
}

} // namespace vigil::app
