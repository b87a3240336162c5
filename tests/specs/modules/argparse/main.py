import argparse
parser = argparse.ArgumentParser(description="says things")
parser.add_argument("--times", type=int, default=1, help="how often")
parser.add_argument("word")
args = parser.parse_args()
print(" ".join([args.word] * args.times))
