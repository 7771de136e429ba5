#include "rules/wanted.h"

#include <fmt/format.h>

#include <algorithm>

#include "rules/phrase.h"

namespace tocsin {
namespace {

// Inside "consecutive" a part counts at earlier periods too, so none is left out for being so now.
enum class Leave : std::uint8_t { kOutWhatIsSo, kNothingOut };

class Wanting {
 public:
  Wanting(const Teller& teller, Now now) : teller_(teller), now_(now) {}

  Wanted of(std::int32_t index, bool holds, Leave leave) const {
    const Node& node = teller_.expression().node(index);
    if (leave == Leave::kOutWhatIsSo && teller_.truth(index) == (holds ? Tri::kTrue : Tri::kFalse))
      return {};
    if (node.op == Op::kNot) return of(node.a, !holds, leave);
    if (node.op == Op::kAnd || node.op == Op::kOr)
      return both(node, (node.op == Op::kAnd) == holds, {holds, holds}, leave);
    // Known at all only with what it needs.
    if (node.op == Op::kGiven) return both(node, true, {holds, true}, leave);
    Wanted part;
    part.kind = Wanted::Kind::kPart;
    part.node = index;
    part.holds = holds;
    part.text = text(index, holds, leave);
    return part;
  }

 private:
  Wanted both(const Node& node, bool all, std::pair<bool, bool> hold, Leave leave) const {
    Wanted out;
    out.kind = all ? Wanted::Kind::kAll : Wanted::Kind::kAny;
    for (const auto& [operand, holds] :
         {std::pair(node.a, hold.first), std::pair(node.b, hold.second)}) {
      Wanted part = of(operand, holds, leave);
      out.rest_is_so = out.rest_is_so || part.rest_is_so || part.kind == Wanted::Kind::kMet;
      if (part.kind == Wanted::Kind::kMet) continue;
      if (part.kind == out.kind) {
        std::ranges::move(part.parts, std::back_inserter(out.parts));
      } else {
        out.parts.push_back(std::move(part));
      }
    }
    if (out.parts.size() != 1) return out;
    Wanted only = std::move(out.parts.front());
    only.rest_is_so = out.rest_is_so;
    return only;
  }

  std::string text(std::int32_t index, bool holds, Leave leave) const {
    const Node& node = teller_.expression().node(index);
    if (node.op == Op::kConsecutive)
      return fmt::format("in {} of {} consecutive {}s {}", holds ? "each" : "at least one",
                         node.count, name_of(node.cadence),
                         say(of(node.a, holds, Leave::kNothingOut)));
    if (is_comparison(node.op)) return comparison(node, holds);
    if (node.op == Op::kDuring) {
      const std::string seasons = named(teller_.expression().during_of(node).seasons);
      const std::string inner = say(of(node.a, holds, Leave::kNothingOut));
      return holds ? "in " + seasons + " " + inner
                   : inner + ", or what is judged lies outside " + seasons;
    }
    std::string out = statement(teller_.scene(), teller_.expression(), index, holds);
    if (leave == Leave::kOutWhatIsSo && teller_.truth(index) == Tri::kUnknown)
      out += " (not known now)";
    return out;
  }

  // A bound that is computed is named first: it moves, so its number is only today's.
  std::string comparison(const Node& node, bool holds) const {
    const auto [subject, bound, op] = teller_.sides(node);
    const Scene& scene = teller_.scene();
    const Expression& expression = teller_.expression();
    std::string out = fmt::format("{} is {} ", phrase(scene, expression, subject),
                                  say(holds ? op : opposite(op)));
    if (Teller::is_literal(expression.node(bound))) {
      out += teller_.figure(teller_.number(bound), bound);
    } else {
      out += fmt::format("{} (now {})", phrase(scene, expression, bound, teller_.about(subject)),
                         teller_.figure(teller_.number(bound), bound));
    }
    if (now_ == Now::kTold)
      out += fmt::format(" (now {})", teller_.figure(teller_.number(subject), subject));
    return out;
  }

  const Teller& teller_;
  Now now_;
};

}  // namespace

Wanted wanted(const Teller& teller, std::int32_t node, bool holds, Now now) {
  return Wanting(teller, now).of(node, holds, Leave::kOutWhatIsSo);
}

std::string say(const Wanted& wanted) {
  switch (wanted.kind) {
    case Wanted::Kind::kMet:
      return "";
    case Wanted::Kind::kPart:
      return wanted.text;
    case Wanted::Kind::kAll:
    case Wanted::Kind::kAny:
      break;
  }
  // "both a, and b"; of three and more "all of these: a; b; c", so that what belongs together is
  // never in doubt.
  const bool all = wanted.kind == Wanted::Kind::kAll;
  std::vector<std::string> parts;
  for (const Wanted& part : wanted.parts) parts.push_back(say(part));
  if (parts.size() == 2)
    return (all ? "both " : "either ") + parts[0] + (all ? ", and " : ", or ") + parts[1];
  return fmt::format("{} of these: {}", all ? "all" : "one", fmt::join(parts, "; "));
}

}  // namespace tocsin
