#pragma once

#include <functional>
#include <string>

#include "model/tri.h"
#include "rules/evaluate.h"
#include "rules/explain.h"

namespace tocsin {

// Tells what one condition came to at one stand. Borrows scene and expression.
class Teller {
 public:
  Teller(const Scene& scene, const Expression& expression, Stand stand)
      : scene_(scene), expression_(expression), stand_(stand) {}

  const Scene& scene() const { return scene_; }
  const Expression& expression() const { return expression_; }
  Tri truth(std::int32_t index) const;
  Quantity number(std::int32_t index) const;
  Read look(const Leaf& leaf) const;  // with the records it stands on
  // Calls fn(what it reads) for each read of the condition, in every region that it is of.
  void each_look(const std::function<void(const Read&)>& fn) const;

  // Every part with its value, in the author's words.
  Explained tree(std::int32_t index) const;

  // What the condition found, with numbers: "Rain, total over 3 months is 41 mm, ...". `negated`
  // tells of its opposite: thresholds are then those that the opposite has.
  std::string sentence(std::int32_t index, bool negated = false) const;

  // The numbers that the condition's reads came to: what two tellings are compared by.
  std::string reading() const;

  // A comparison's two sides, the constant one to the right.
  struct Sides {
    std::int32_t subject, bound;
    Op op;
  };
  Sides sides(const Node& node) const;
  static bool is_literal(const Node& node);
  // The leaf of the first read below a node, which is what the node is about; -1 when it has none.
  std::int32_t about(std::int32_t index) const;
  // A number as a sentence has it: counted things without their unit, since the noun before says
  // what is counted.
  std::string figure(const Quantity& quantity, std::int32_t index) const;

 private:
  std::string where_from(const Leaf& leaf) const;
  std::string note(const Leaf& leaf, const Read& read) const;
  std::vector<Explained> each_source(const Node& node) const;
  std::string who_says(const Node& node) const;
  std::string source_text(const Node& node) const;
  bool is_constant(std::int32_t index) const;
  std::string comparison(std::int32_t index, bool negated) const;
  std::string during(const Node& node, bool negated) const;
  std::string given(const Node& node, bool negated) const;
  std::string threshold(const Sides& sides, std::int32_t about) const;
  std::string ratio(std::int32_t index, std::int32_t about, const Quantity& value) const;
  std::string why_unknown(std::int32_t index) const;
  std::string run_told(const Node& node, const Quantity& seconds) const;
  std::string samples_told(std::int32_t index, EventTime before) const;

  // ---- teller_over.cc: of an over of regions
  void look_below(std::int32_t index, const std::function<void(const Read&)>& fn) const;
  std::vector<Explained> regions_tree(const Node& node) const;
  std::vector<Explained> days_tree(const Node& node) const;  // of an over of the days ahead
  // "counted: A, B; not counted: C; not known: D"; "A: 3 mm, B: 5 mm; not known: C".
  std::string which_regions(const Node& node) const;
  std::string regions_reading(const Node& node) const;
  // The same for every over of regions below a node, in parentheses; "" where there is none.
  std::string regions_below(std::int32_t index) const;

  const Scene& scene_;
  const Expression& expression_;
  Stand stand_;
};

}  // namespace tocsin
