"""The worker's side of the protocol: prepares once, then times each turn."""
import json
import os
import sys
import time

ANSWERS = 3  # file descriptor


def serve(prepare):
    """`prepare` maps a job to a function (task folder, mode) -> runner, which has a report and turn(count) -> losses."""
    runner = None
    with os.fdopen(ANSWERS, 'w', buffering=1) as answers:
        for line in sys.stdin:
            request = json.loads(line)
            if 'task' in request:
                runner = prepare[request['job']](request['task'], request['mode'])
                answer = runner.report
            else:
                began = time.perf_counter()
                values = runner.turn(request['turn'])
                answer = {'ms': (time.perf_counter() - began) * 1000, 'values': values}
            answers.write(json.dumps(answer) + '\n')
