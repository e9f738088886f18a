# Of all turns of src/bench/run, the medians over the rounds; ratios are those of one round each.
def median: sort | if length == 0 then null else (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2 end;
def medians: . as $turns | reduce (.[0] // {} | keys[] | select(. != "side" and . != "scenario")) as $key ({};
  .[$key] = ([$turns[][$key] | numbers] | median));
def ratio($key; $a; $b): [range($a | length) | select($b[.][$key] != null) | $a[.][$key] / $b[.][$key]] | median;

$run + {machine: $machine, load: $load, scenarios: (
  reduce (group_by(.scenario)[]) as $turns ({};
    (reduce ("service", "limit", "beside") as $side ({}; .[$side] = [$turns[] | select(.side == $side)])) as $sides
    | .[$turns[0].scenario] = ($sides | map_values(medians)) + {
        ratio: ratio("rate"; $sides.service; $sides.limit),
        p99: ratio("p99"; $sides.service; $sides.limit),
        p50: ratio("p50"; $sides.service; $sides.beside),
        peak: ([$turns[].peak] | max),
        growth: ([$sides.service[].growth] | max)}))}
