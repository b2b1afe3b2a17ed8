# Profiles a training step by TensorFlow op: bench/.venv/bin/python bench/probes/profile.py anime [--precision float32] [--longest 20]
#
# The program writes the graph that it would train with; Python's TensorFlow, the same library, runs it with tracing on.
# Ops run in parallel on two threads and wait for each other, so their times add up to more than the step's.
import argparse
import collections
import glob
import os
import subprocess
import sys
import tempfile
import time

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

tf1 = tf.compat.v1
ROUNDS = 5


def largest_graph(arguments):
    """The GraphDef of the training program; the other graphs written at the start only time implementations of convolutions."""
    here = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
    with tempfile.TemporaryDirectory() as folder:
        command = ['node', 'bin/dcgan.cjs', 'bench', '--config', arguments.config, '--seconds', '1']
        command += ['--precision', arguments.precision]
        subprocess.run(command, cwd=here, env={**os.environ, 'DCGAN_GRAPHS': folder}, check=True, stdout=sys.stderr)
        files = glob.glob(os.path.join(folder, '*', 'saved_model.pb'))
        model = saved_model_pb2.SavedModel()
        with open(max(files, key=os.path.getsize), 'rb') as file:
            model.ParseFromString(file.read())
        return model.meta_graphs[0].graph_def


def shape_of(node):
    return [size.size for size in node.attr['shape'].shape.dim]


def random_values(node, generator):
    dtype = tf.dtypes.as_dtype(node.attr['dtype'].type).as_numpy_dtype
    if dtype == np.float32:
        return (0.02 * np.abs(generator.standard_normal(shape_of(node)))).astype(dtype)
    return np.ones(shape_of(node), dtype)


def traced(session, fetches, feeds):
    """One run's NodeExecStats."""
    metadata = tf1.RunMetadata()
    session.run(fetches, feeds, options=tf1.RunOptions(trace_level=tf1.RunOptions.FULL_TRACE), run_metadata=metadata)
    return [stats for device in metadata.step_stats.dev_stats for stats in device.node_stats]


def op_of(stats):
    label = stats.timeline_label
    return label.split('= ')[1].split('(')[0] if '= ' in label else label.split(':')[0]


def profile(session, graph, function, longest):
    placeholders = [node for node in graph.node if node.op == 'Placeholder' and node.name.startswith(f'{function}/feeds/')]
    generator = np.random.default_rng(0)
    feeds = {f'{node.name}:0': random_values(node, generator) for node in placeholders}
    fetch = f'{function}/done:0'
    for _ in range(3):
        session.run(fetch, feeds)
    milliseconds = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        session.run(fetch, feeds)
        milliseconds.append(1000 * (time.perf_counter() - begun))
    print(f'\n{function}: {np.median(milliseconds):.0f} ms, {min(milliseconds):.0f} to {max(milliseconds):.0f}')

    totals, counts, nodes = collections.Counter(), collections.Counter(), collections.defaultdict(list)
    for _ in range(ROUNDS):
        for stats in traced(session, fetch, feeds):
            took = (stats.op_end_rel_micros - stats.op_start_rel_micros) / 1000
            shape = [size.size for size in stats.output[0].tensor_description.shape.dim] if stats.output else []
            totals[op_of(stats)] += took / ROUNDS
            counts[op_of(stats)] += 1 / ROUNDS
            nodes[stats.node_name, op_of(stats), str(shape)].append(took)
    print(f'all ops together {sum(totals.values()):.0f} ms')
    for op, took in totals.most_common():
        if took >= 0.005 * sum(totals.values()):
            print(f'{took:8.1f} ms {counts[op]:5.0f} x {op}')
    ranked = sorted(((min(times), key) for key, times in nodes.items()), reverse=True)
    for took, (name, op, shape) in ranked[:longest]:
        print(f'{took:8.2f} ms  {op} {shape}  {name.removeprefix(function + "/")}')


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('config')
    parser.add_argument('--precision', default='auto')
    parser.add_argument('--longest', type=int, default=0)
    arguments = parser.parse_args()
    definition = largest_graph(arguments)
    graph = tf.Graph()
    with graph.as_default():
        tf.import_graph_def(definition, name='')
    session = tf1.Session(graph=graph)
    generator = np.random.default_rng(0)
    news = [node for node in definition.node if node.op == 'Placeholder' and node.name.startswith('new-value/')]
    written = [f"{node.name.replace('new-value/', 'written/', 1)}:0" for node in news]
    session.run(written, {f'{node.name}:0': random_values(node, generator) for node in news})
    for node in definition.node:
        if node.name.endswith('/done') and node.name.count('/') == 1 and not node.name.startswith(('assign', 'drain')):
            profile(session, definition, node.name.removesuffix('/done'), arguments.longest)


main()
