import argparse
parser = argparse.ArgumentParser()
parser.add_argument("word")
parser.parse_args()
