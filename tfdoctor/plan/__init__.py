"""The planner: candidates, choice, locks, steps. It proposes; it reads and changes nothing."""
