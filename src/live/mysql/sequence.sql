select {text}, cast(start_value as char), cast(minimum_value as char), cast(maximum_value as char),
  cast(increment as char), cast(cache_size as char), cycle_option = 1
from `{name}`
